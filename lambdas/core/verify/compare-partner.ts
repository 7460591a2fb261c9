import type { Difference } from './difference.ts';

/** What a plan decided about a listed file; undefined where the file looks unchanged. */
export interface PlannedFile {
  readonly outcome: 'transfer' | 'dispose' | 'skipped' | 'held' | 'refused';
  readonly reason: string;
}

export interface PullComparison {
  readonly path: string;
  /** Whether the ledger has a transferred version of it. */
  readonly isRecorded: boolean;
  readonly isListed: boolean;
  readonly planned: PlannedFile | undefined;
  /** The flow deletes or moves what it has transferred. */
  readonly isDisposed: boolean;
  /** Whether every directory was listed to its end. */
  readonly isListingComplete: boolean;
}

/**
 * Compares the ledger with the partner's listing, as the plan of the next run read it.
 * @returns `unknown` where the listing does not tell; undefined where they agree.
 */
export function comparePulledFile(comparison: PullComparison): Difference | 'unknown' | undefined {
  const { path, isRecorded, isListed, planned, isDisposed, isListingComplete } = comparison;
  if (planned !== undefined) return comparePlanned(path, planned, isRecorded);
  if (!isRecorded || isListed || isDisposed) return undefined;
  if (!isListingComplete) return 'unknown';
  return { kind: 'gone-at-partner', path, found: "not in the partner's listing" };
}

function comparePlanned(
  path: string,
  { outcome, reason }: PlannedFile,
  isRecorded: boolean,
): Difference | undefined {
  const kind = isRecorded ? 'changed-at-partner' : 'not-taken';
  switch (outcome) {
    case 'transfer':
    case 'held':
      return { kind, path, found: `${outcome}: ${reason}` };
    case 'refused':
      return { kind: reason === 'changed' ? 'changed-at-partner' : kind, path, found: `refused: ${reason}` };
    case 'dispose':
      return { kind: 'not-disposed', path, found: 'transferred, and still at the partner' };
    case 'skipped':
      if (reason !== 'change-ignored') return undefined;
      return { kind: 'changed-at-partner', path, found: 'changed, and onChange is ignore' };
  }
  return outcome satisfies never;
}

/** What the partner's server told of one file. */
export type PartnerFileState =
  | {
      readonly state: 'present';
      readonly sizeBytes?: number | undefined;
      /** Of the bytes, lower-case hex; only where they were asked for and read. */
      readonly sha256?: string | undefined;
    }
  | { readonly state: 'missing' }
  /** The server does not tell, or the bytes could not be read. */
  | { readonly state: 'unknown'; readonly why: string };

export interface RecordedBytes {
  readonly path: string;
  readonly sizeBytes: number;
  /** Undefined where neither ledger nor object tells. */
  readonly sha256: string | undefined;
}

/**
 * Compares what was delivered, or transferred, with the file at the partner.
 * @param bytes whether the bytes were to be compared: a size alone is not enough then.
 * @returns `unknown` where the server does not tell; undefined where they agree.
 */
export function comparePartnerFile(
  { path, sizeBytes, sha256 }: RecordedBytes,
  file: PartnerFileState,
  { bytes }: { readonly bytes: boolean },
): Difference | 'unknown' | undefined {
  if (file.state === 'unknown') return 'unknown';
  if (file.state === 'missing')
    return { kind: 'gone-at-partner', path, found: 'no such file at the partner' };
  if (file.sizeBytes !== undefined && file.sizeBytes !== sizeBytes) {
    const found = `${file.sizeBytes} bytes at the partner, ${sizeBytes} in the ledger`;
    return { kind: 'changed-at-partner', path, found };
  }
  if (!bytes) return file.sizeBytes === undefined ? 'unknown' : undefined;
  if (file.sha256 === undefined || sha256 === undefined) return 'unknown';
  return file.sha256 === sha256
    ? undefined
    : { kind: 'changed-at-partner', path, found: 'the same size, and other bytes (SHA-256)' };
}
