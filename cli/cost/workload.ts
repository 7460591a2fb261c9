import type { Region } from './price-list.ts';

/** The work of a month: equal flows of equal partners. */
export interface Workload {
  readonly direction: 'pull' | 'push';
  readonly region: Region;
  readonly partners: number;
  /** Of each partner. */
  readonly flows: number;
  /** Of each flow: what a run finds at the partner, or in the outbox. */
  readonly files: number;
  readonly bytes: number;
  readonly directories: number;
  readonly runsPerMonth: number;
  /** What a run moves, of the same mean size. */
  readonly moved: { readonly are: 'changed' | 'new'; readonly files: number };
  /** The functions reach partners from one address, through a NAT gateway. */
  readonly staticAddress: boolean;
}

export function meanBytes({ bytes, files }: Workload): number {
  return bytes / files;
}

/** Of all partners. */
export function allFlows({ partners, flows }: Workload): number {
  return partners * flows;
}

/** Files that all flows move in a month. */
export function movedPerMonth(workload: Workload): number {
  return allFlows(workload) * workload.runsPerMonth * workload.moved.files;
}

/** Bytes that they have. */
export function bytesPerMonth(workload: Workload): number {
  return movedPerMonth(workload) * meanBytes(workload);
}
