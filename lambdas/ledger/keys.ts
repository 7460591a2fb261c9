import { createHash } from 'node:crypto';
import type { FlowId, PartnerId, RunId } from '../contract/ids.ts';

/** Which flow of which partner. */
export interface FlowName {
  readonly partner: PartnerId;
  readonly flow: FlowId;
}

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** A sort key may have 1,024 bytes; a name that is longer is hashed, and kept as an attribute besides. */
const longestNameBytes = 1000;

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
export function directoryKey({ partner, flow }: FlowName, directory: string): string {
  return `F#${partner}#${flow}#${shortened(directory)}`;
}

/**
 * The key of a file's entry, its own for every text. Objects may have keys that no file has: a lone mark stands for the empty
 * directory of what begins with a slash, and for the empty name of what ends with one, since no sort key may be empty.
 */
export function fileKey(flowName: FlowName, relativePath: string): ItemKey {
  const slash = relativePath.lastIndexOf('/');
  const name = relativePath.slice(slash + 1);
  const directory = slash === -1 ? '' : relativePath.slice(0, slash);
  const pk = directoryKey(flowName, directory);
  return { pk: slash === 0 ? `${pk}~` : pk, sk: name === '' ? '~' : shortened(name) };
}

/** A name that begins with the mark of a hash is hashed too, or a file named like another one's hash would share its entry. */
function shortened(text: string): string {
  if (Buffer.byteLength(text) <= longestNameBytes && !text.startsWith('~')) return text;
  return `~${createHash('sha256').update(text).digest('hex')}`;
}
