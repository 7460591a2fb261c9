import type { FlowId, PartnerId, RunId } from '../contract/ids.ts';
import { directoryOrder, fileOrder, nameOrder } from '../sync/file-order.ts';

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

/** Run ids begin with the start time, so the sort key orders a flow's runs by time. Plans stand apart: they are no runs. */
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

/** The key of a file's entry, its own for every text. */
export function fileKey(flowName: FlowName, relativePath: string): ItemKey {
  const { directory, name } = fileOrder(relativePath);
  return { pk: filePartition(flowName, directory), sk: name };
}

/** What is known of the open upload of a big file, whatever number of slices it comes in. */
export function bigUploadKey({ partner, flow }: FlowName, relativePath: string): ItemKey {
  return { pk: `U#${partner}#${flow}#${nameOrder(relativePath)}`, sk: 'META' };
}

/** Where what concerns no partner, or no flow of it, is told of: no partner or flow can be named so. */
export const nobody = '-';

/** Whom something concerns that is told of: a flow, a partner, or the stage. */
export interface Concern {
  readonly partner: PartnerId | typeof nobody;
  readonly flow: FlowId | typeof nobody;
}

/** What is told of a flow, and what it goes by: arrivals of expected files, and open conditions. */
export function signalsKey({ partner, flow }: Concern): string {
  return `A#${partner}#${flow}`;
}

/** How the partition of every file and object begins. */
export const filesStart = 'F#';

function filePartition({ partner, flow }: FlowName, directory: string): string {
  return `${filesStart}${partner}#${flow}#${directory}`;
}
