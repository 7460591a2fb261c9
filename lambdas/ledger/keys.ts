import type { FlowId, PartnerId, RunId } from '../contract/ids.ts';
import { directoryOrder, fileOrder, nameOrder } from '../core/path/path-order.ts';
import type { RelativePath } from '../core/path/relative-path.ts';

/** Which flow of which partner. */
export interface FlowName {
  readonly partner: PartnerId;
  readonly flow: FlowId;
}

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

export function partnerKey(partner: PartnerId): string {
  return `P#${partner}`;
}

export function flowKey({ partner, flow }: FlowName): ItemKey {
  return { pk: partnerKey(partner), sk: `FLOW#${flow}` };
}

export type RunMode = 'run' | 'plan';

/**
 * Run ids begin with the start time, so the sort key orders a flow's runs by time. Plans have their own
 * prefix, so that listing runs never reads them.
 */
export function runKey({ partner, flow, runId, mode }: FlowName & { runId: RunId; mode: RunMode }): ItemKey {
  return { pk: partnerKey(partner), sk: `${runKeyPrefix(flow, mode)}${runId}` };
}

export function runKeyPrefix(flow: FlowId, mode: RunMode): string {
  return `${mode === 'run' ? 'RUN' : 'PLAN'}#${flow}#`;
}

/** @param directory the path below the flow's remote directory; empty for that directory itself. */
export function directoryKey(flowName: FlowName, directory: string): string {
  return filePartition(flowName, directoryOrder(directory));
}

/** The key of the entry of a file or object; no two paths share one. */
export function fileKey(flowName: FlowName, relativePath: RelativePath): ItemKey {
  const { directory, name } = fileOrder(relativePath);
  return { pk: filePartition(flowName, directory), sk: name };
}

/** The key of the open upload of a big file. */
export function bigUploadKey({ partner, flow }: FlowName, relativePath: RelativePath): ItemKey {
  return { pk: `U#${partner}#${flow}#${nameOrder(relativePath)}`, sk: 'META' };
}

/** In place of a partner or flow, for an alert of all of them. No id of a partner or flow looks like this. */
export const unscoped = '-';

/** What an alert is about: a flow, a partner, or the stage. */
export interface AlertScope {
  readonly partner: PartnerId | typeof unscoped;
  readonly flow: FlowId | typeof unscoped;
}

/** The partition of a scope's open alerts, and of a flow's arrivals of expected files. */
export function alertsKey({ partner, flow }: AlertScope): string {
  return `A#${partner}#${flow}`;
}

/** The prefix of the partitions of all files and objects. */
export const filesPrefix = 'F#';

function filePartition({ partner, flow }: FlowName, directory: string): string {
  return `${filesPrefix}${partner}#${flow}#${directory}`;
}
