import type { Region } from './price-list.ts';

/** The work of a month: partners with flows, all alike. */
export interface Workload {
  readonly direction: 'pull' | 'push';
  readonly region: Region;
  readonly partners: number;
  /** Per partner. */
  readonly flows: number;
  /** Per flow: the files that a run lists at the partner or in the outbox. */
  readonly files: number;
  /** Per flow: the total size of the files. */
  readonly bytes: number;
  readonly directories: number;
  readonly runsPerMonth: number;
  /** The files that a run transfers. */
  readonly moved: { readonly are: 'changed' | 'new'; readonly files: number };
  /** Connect to partners from one IP address, through a NAT gateway. */
  readonly staticAddress: boolean;
}

/** The mean size of a file. */
export function meanBytes({ bytes, files }: Workload): number {
  return bytes / files;
}

/** The number of flows of all partners. */
export function allFlows({ partners, flows }: Workload): number {
  return partners * flows;
}

/** Files that all flows transfer in a month. */
export function movedPerMonth(workload: Workload): number {
  return allFlows(workload) * workload.runsPerMonth * workload.moved.files;
}

/** Bytes that all flows transfer in a month. */
export function bytesPerMonth(workload: Workload): number {
  return movedPerMonth(workload) * meanBytes(workload);
}
