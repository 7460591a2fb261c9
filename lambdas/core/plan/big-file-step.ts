import type { ModifiedTime } from '../listing/remote-file.ts';
import type { SettleRules } from './check-settled.ts';
import { cutSlices, type SlicePace } from './cut-slices.ts';
import type { FileErrorKind, Verification } from './outcome.ts';
import { type PartGrid, type PartRange, partCount } from './part-grid.ts';
import { maxFileBytes } from './part-size.ts';

/** The version that the parts of an upload belong to, and how they are read. */
export interface UploadFacts extends PartGrid {
  /** As MDTM told it; undefined where the server has no MDTM. */
  readonly modifiedRaw?: string | undefined;
  /** `from-start`: the server has no usable REST, so one session reads the whole file. */
  readonly reading: 'from-offset' | 'from-start';
}

/** What the earlier rounds of the run have left of a big file. */
export interface BigFileHistory {
  /** How many of its parts were stored when they were last listed. */
  readonly storedParts: number;
  /** Rounds in a row that brought no part. */
  readonly stalledRounds: number;
  /** Whether the last round had slices of it. */
  readonly hasSlices: boolean;
  /** Set once the transfer was restarted within the run. */
  readonly restarted: { readonly at: string; readonly why: string } | undefined;
}

/** What stopped a slice. */
export interface SliceErrorFacts {
  readonly error: FileErrorKind;
  readonly message: string;
  /** Whether another round may succeed. */
  readonly retryable: boolean;
  readonly transcript?: readonly string[] | undefined;
}

/** The file at the partner now; a field is undefined where the server does not report it. */
export interface FoundVersion {
  readonly sizeBytes: number | undefined;
  readonly modified: ModifiedTime | undefined;
}

/** The CRC-32 of all parts beside the one that the server computes; both in hex. */
export type ChecksumComparison =
  | 'equal'
  | 'unknown'
  | { readonly serverHex: string; readonly ourHex: string };

/** A file with an upload. */
export interface Uploading {
  readonly kind: 'uploading';
  readonly upload: UploadFacts;
  readonly missing: readonly PartRange[];
  readonly sliceError: SliceErrorFacts | undefined;
  readonly checksum: ChecksumComparison;
  /** Undefined: the file is gone. */
  readonly found: FoundVersion | undefined;
}

export type BigFileFacts<U extends Uploading = Uploading> =
  | { readonly kind: 'not-begun' }
  /** Completed by an attempt that did not record it, or removed by someone else. */
  | { readonly kind: 'upload-gone' }
  | U;

/** What a restart within a run needs to know of the flow. */
export interface RestartRules {
  readonly settled: SettleRules;
  readonly now: Date;
}

export type BigFileStep<U extends Uploading = Uploading> =
  | { readonly kind: 'begin'; readonly stalledRounds: number }
  | { readonly kind: 'fetch-slices'; readonly uploading: U; readonly stalledRounds: number }
  | CompleteStep<U>
  | RestartStep
  | WaitStep
  | FailStep;

export interface CompleteStep<U extends Uploading = Uploading> {
  readonly kind: 'complete';
  readonly uploading: U;
  /** Undefined: the partner removed the file once it was read. */
  readonly found: FoundVersion | undefined;
  readonly verification: Verification;
}

/** The round learned nothing about the file; the next one looks again. */
export interface WaitStep {
  readonly kind: 'wait';
  readonly stalledRounds: number;
}

/** The transfer begins again, without the stored parts. */
export interface RestartStep {
  readonly kind: 'restart';
  /** The version to transfer now; undefined: the same one. */
  readonly version: FoundVersion | undefined;
  readonly why: string;
  /** `drop`: REST must be proved again before it is used. */
  readonly restProof: 'keep' | 'drop';
}

export interface FailStep {
  readonly kind: 'fail';
  readonly error: FileErrorKind;
  readonly message: string;
  readonly transcript?: readonly string[] | undefined;
  /** `keep`: the next run resumes with the stored parts. */
  readonly parts: 'keep' | 'discard';
  readonly restProof: 'keep' | 'drop';
}

/** Rounds in a row that may bring no part. */
const maxStalledRounds = 3;

/**
 * Decides what a round does with a big file. The same facts lead to the same step, so that a repeated round
 * comes to the same result.
 */
export function bigFileStep<U extends Uploading>(
  facts: BigFileFacts<U>,
  history: BigFileHistory,
  rules: RestartRules,
): BigFileStep<U> {
  if (facts.kind === 'not-begun') return { kind: 'begin', stalledRounds: history.stalledRounds };
  if (facts.kind === 'upload-gone') return stalledOr({ kind: 'begin' }, history, undefined);
  const { upload, missing, sliceError, checksum, found } = facts;
  const isTakenAway = found === undefined && missing.length === 0;
  if (!isTakenAway && (found === undefined || !isVersionOf(upload, found)))
    return changedStep(upload, found, history, rules);
  if (sliceError?.error === 'wrong-size') return wrongBytesStep(sliceError.message, history);
  if (missing.length > 0) return missingPartsStep(facts, history);
  if (typeof checksum === 'object') {
    const { serverHex, ourHex } = checksum;
    const message = `The received bytes have the CRC-32 ${ourHex}, but the server computes ${serverHex}.`;
    return wrongBytesStep(message, history);
  }
  const { restarted } = history;
  if (restarted !== undefined && isUnsettled(restarted.at, rules)) {
    const message = `${restarted.why} The new version is younger than settled.minAge; the next run transfers it.`;
    return { kind: 'fail', error: 'changed', message, parts: 'keep', restProof: 'keep' };
  }
  const bySize = isTakenAway || upload.modifiedRaw === undefined ? 'size' : 'size+mtime';
  return { kind: 'complete', uploading: facts, found, verification: checksum === 'equal' ? 'crc32' : bySize };
}

/** The step after a deadline that came before the facts were known. */
export function interruptedStep(history: BigFileHistory): WaitStep | FailStep {
  return stalledOr({ kind: 'wait' }, history, undefined);
}

/** Errors after which stored parts are of no use to the next run. */
const errorsThatSpoilParts: ReadonlySet<FileErrorKind> = new Set([
  'gone',
  'changed',
  'wrong-size',
  'foreign-object',
]);

/** The step after an error that no retry cures. */
export function failStep(error: Pick<FailStep, 'error' | 'message' | 'transcript'>): FailStep {
  const parts = errorsThatSpoilParts.has(error.error) ? 'discard' : 'keep';
  const { message, transcript } = error;
  return { kind: 'fail', error: error.error, message, transcript, parts, restProof: 'keep' };
}

/** The part ranges to fetch, one for a slice. */
export function sliceRanges(
  upload: UploadFacts,
  missing: readonly PartRange[],
  pace: SlicePace,
): readonly PartRange[] {
  if (upload.reading === 'from-start') return [{ firstPart: 1, lastPart: partCount(upload) }];
  return cutSlices(upload, missing, pace);
}

export function countStoredParts(grid: PartGrid, missing: readonly PartRange[]): number {
  const absent = missing.reduce((sum, { firstPart, lastPart }) => sum + lastPart - firstPart + 1, 0);
  return partCount(grid) - absent;
}

/** The version of a file that parts belong to, and how it is cut into them. */
export interface PartsVersion extends PartGrid {
  readonly key: string;
  readonly modifiedRaw: string | undefined;
  readonly unique: string | undefined;
}

/**
 * Whether the parts of an earlier upload belong to the wanted version. A size alone is no proof: another
 * version may have it too.
 */
export function canResume(known: PartsVersion, wanted: PartsVersion): boolean {
  const hasOtherUnique =
    known.unique !== undefined && wanted.unique !== undefined && known.unique !== wanted.unique;
  const isIdentified = wanted.modifiedRaw !== undefined || wanted.unique !== undefined;
  return (
    isIdentified &&
    !hasOtherUnique &&
    known.key === wanted.key &&
    known.partBytes === wanted.partBytes &&
    known.sizeBytes === wanted.sizeBytes &&
    known.modifiedRaw === wanted.modifiedRaw
  );
}

function missingPartsStep<U extends Uploading>(uploading: U, history: BigFileHistory): BigFileStep<U> {
  const { upload, missing, sliceError } = uploading;
  if (sliceError?.retryable === false) {
    const failed = failStep(sliceError);
    // A file that is read from its start cannot resume with parts.
    return upload.reading === 'from-start' ? { ...failed, parts: 'discard' } : failed;
  }
  const fetch = { kind: 'fetch-slices', uploading } as const;
  if (!history.hasSlices) return { ...fetch, stalledRounds: history.stalledRounds };
  const hasProgress = countStoredParts(upload, missing) > history.storedParts;
  return hasProgress ? { ...fetch, stalledRounds: 0 } : stalledOr(fetch, history, sliceError);
}

/** The step with one more stalled round, or the end of the file when there were too many. */
function stalledOr<Step>(
  step: Step,
  history: BigFileHistory,
  sliceError: SliceErrorFacts | undefined,
): (Step & { readonly stalledRounds: number }) | FailStep {
  const stalledRounds = history.stalledRounds + 1;
  return stalledRounds >= maxStalledRounds ? failStep(sliceError ?? noProgress) : { ...step, stalledRounds };
}

const noProgress = {
  error: 'deadline-exceeded',
  message: `No part of the file arrived in ${maxStalledRounds} rounds. The parts that arrived before are kept, and the next run resumes with them.`,
} as const;

/**
 * The partner has another version. The transfer restarts with it once, if its age is all that `settled` asks
 * for.
 */
function changedStep(
  upload: UploadFacts,
  found: FoundVersion | undefined,
  { restarted }: BigFileHistory,
  { settled }: RestartRules,
): RestartStep | FailStep {
  if (found === undefined) {
    return failStep({ error: 'gone', message: 'The file was removed during the transfer.' });
  }
  const sizes = `from ${upload.sizeBytes} to ${found.sizeBytes ?? 'unknown'} bytes`;
  const times = `from ${upload.modifiedRaw ?? 'no time'} to ${found.modified?.raw ?? 'no time'}`;
  const change = `The file changed during the transfer: ${sizes}, and ${times}.`;
  const needsListing = settled.doneFile !== undefined || settled.unchangedListings > 1;
  const isOutOfRange =
    found.sizeBytes !== undefined && (found.sizeBytes === 0 || found.sizeBytes > maxFileBytes);
  if (restarted !== undefined || needsListing || isOutOfRange)
    return failStep({ error: 'changed', message: `${change} The next run transfers the new version.` });
  return { kind: 'restart', version: found, why: `${change} The transfer restarted.`, restProof: 'keep' };
}

/** The received bytes are not those of the partner: none of them is used, and REST has to be proved again. */
function wrongBytesStep(message: string, { restarted }: BigFileHistory): RestartStep | FailStep {
  const restProof = 'drop';
  if (restarted !== undefined) return { ...failStep({ error: 'wrong-size', message }), restProof };
  return { kind: 'restart', version: undefined, why: `${message} The transfer restarted.`, restProof };
}

function isVersionOf(upload: UploadFacts, { sizeBytes, modified }: FoundVersion): boolean {
  return (sizeBytes ?? upload.sizeBytes) === upload.sizeBytes && modified?.raw === upload.modifiedRaw;
}

/** A version that appeared within the run must keep still for as long as the flow asks for. */
function isUnsettled(restartedAt: string, { now, settled }: RestartRules): boolean {
  return now.getTime() - Date.parse(restartedAt) < settled.minAgeMs;
}
