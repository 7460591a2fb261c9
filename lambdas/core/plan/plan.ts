import { isTimeFinal } from '../listing/final-time.ts';
import { type Fingerprint, sameVersion, toFingerprint } from '../listing/fingerprint.ts';
import type { DirectoryListing, SkippedEntry } from '../listing/listing.ts';
import type { RemoteFile } from '../listing/remote-file.ts';
import type { ServerZone } from '../listing/server-zone.ts';
import { isDoneFile } from '../path/done-file.ts';
import { type KeyMapping, type ObjectKey, toObjectKey } from '../path/object-key.ts';
import { pathBelow } from '../path/relative-path.ts';
import { baseName, type PathErrorKind, type RemotePath } from '../path/remote-path.ts';
import type { Selection } from '../path/selection.ts';
import { checkSettled, type HoldReason, type SettleRules } from './check-settled.ts';
import { type ClockShift, directoryShift, type KnownFile, shiftedMinutes } from './clock-shift.ts';
import type { FileRecord, Observation, TransferredVersion } from './file-record.ts';
import { emptyFileRecord, knownVersion } from './file-record.ts';
import { maxFileBytes } from './part-size.ts';
import type { Siblings } from './sibling-rules.ts';

/** The rules of a flow, as far as a decision needs them. */
export interface FlowRules {
  readonly mapping: KeyMapping;
  readonly select: (relativePath: string) => Selection;
  readonly settled: SettleRules;
  readonly onChange: 'new-version' | 'ignore' | 'fail';
  readonly after: 'keep' | 'dispose';
}

/** The decision about one name of a listing, and its reason. */
export type Decision =
  | {
      readonly kind: 'transfer';
      readonly file: RemoteFile;
      readonly key: ObjectKey;
      readonly reason: TransferReason;
      readonly transferred: TransferredVersion | undefined;
      /** As in {@link TransferredVersion}, of the version to transfer. */
      readonly isTimeFinal: boolean;
      readonly doneFile: Fingerprint | undefined;
      /** With the reason `times-shifted`. */
      readonly clockShift?: ClockShift & { readonly ifOther: FlowRules['onChange'] };
    }
  /** Transferred by an earlier run, and still to be deleted or moved at the partner. */
  | { readonly kind: 'dispose'; readonly file: RemoteFile; readonly transferred: TransferredVersion }
  | {
      readonly kind: 'skip';
      readonly path: string;
      readonly sizeBytes: number | undefined;
      readonly reason: SkipReason;
    }
  | {
      readonly kind: 'hold';
      readonly file: RemoteFile;
      readonly reason: HoldReason;
      readonly observation: Observation | undefined;
    }
  | { readonly kind: 'refuse'; readonly path: string; readonly reason: RefuseReason };

/** How an object that is not in the ledger compares with the listed file (adoption.ts). */
export type AdoptionVerdict = 'adopted' | 'no-object' | 'size-differs' | 'newer-at-partner' | 'size-unknown';

/**
 * `replay`: an operator asked for the file again, whether or not it changed. `times-shifted`: only its time
 * changed, by whole half hours; it is transferred if its bytes are others too.
 */
export type TransferReason = 'new' | 'changed' | 'failed-before' | 'key-changed' | 'replay' | 'times-shifted';

export type SkipReason =
  | 'unchanged'
  | 'excluded'
  | 'not-included'
  | 'done-file'
  | 'change-ignored'
  | 'already-recorded'
  | AdoptionVerdict
  | SkippedEntry['kind'];
export type RefuseReason =
  | PathErrorKind
  | 'key-too-long'
  | 'file-too-large'
  | 'unicode-duplicate'
  | 'changed'
  /** The table refuses the item of the file. */
  | 'not-recordable'
  /** S3 refuses to show the object of the file, which an adoption has to see. */
  | 'object-refused';

export interface PlanContext {
  readonly rules: FlowRules;
  readonly now: Date;
  readonly zone: ServerZone;
  readonly runId: string;
}

/** Names of one directory: all of them, or a part of a large directory. */
export interface ListedChunk extends Pick<DirectoryListing, 'directory' | 'files' | 'skipped' | 'refused'> {
  /** All names of the directory, also those outside of the chunk. */
  readonly siblings: Siblings;
}

/**
 * Makes one decision for each name of the chunk: first the files, then the skipped and the refused names,
 * each in their order.
 * @param records the ledger's records of the files, by file name.
 * @throws RelativePathError if a file is not below the flow's remote directory.
 */
export function planDirectory(
  chunk: ListedChunk,
  records: ReadonlyMap<string, FileRecord>,
  context: PlanContext,
): Decision[] {
  const { siblings } = chunk;
  const shiftOfDirectory = directoryShift(knownFiles(chunk.files, records));
  const decideFile = (file: RemoteFile): Decision => {
    const name = baseName(file.path);
    const early = decideByName(file, context.rules);
    if (early !== undefined) return early;
    const key = toObjectKey(context.rules.mapping, file.path);
    if (key === undefined) return { kind: 'refuse', path: file.path, reason: 'key-too-long' };
    if (file.sizeBytes !== undefined && file.sizeBytes > maxFileBytes)
      return { kind: 'refuse', path: file.path, reason: 'file-too-large' };
    if (siblings.isUnicodeDuplicate(name))
      return { kind: 'refuse', path: file.path, reason: 'unicode-duplicate' };
    const record = records.get(name) ?? emptyFileRecord;
    return decideByRecord({ file, key, record, siblings, shiftOfDirectory, context });
  };
  return [
    ...chunk.files.map(decideFile),
    ...chunk.skipped.map(({ name, kind }): Decision => {
      return { kind: 'skip', path: displayPath(chunk.directory, name), sizeBytes: undefined, reason: kind };
    }),
    ...chunk.refused.map(({ shownName, error }): Decision => {
      return { kind: 'refuse', path: displayPath(chunk.directory, shownName), reason: error };
    }),
  ];
}

/** The files that were transferred before. */
function knownFiles(files: readonly RemoteFile[], records: ReadonlyMap<string, FileRecord>): KnownFile[] {
  return files.flatMap((file) => {
    const recorded = records.get(baseName(file.path))?.transferred?.fingerprint;
    return recorded === undefined ? [] : [{ recorded, listed: toFingerprint(file) }];
  });
}

function decideByName(file: RemoteFile, rules: FlowRules): Decision | undefined {
  const skip = (reason: SkipReason): Decision => ({
    kind: 'skip',
    path: file.path,
    sizeBytes: file.sizeBytes,
    reason,
  });
  const selection = rules.select(pathBelow(rules.mapping.remote, file.path));
  if (selection !== 'selected') return skip(selection);
  const { doneFile } = rules.settled;
  return doneFile !== undefined && isDoneFile(baseName(file.path), doneFile) ? skip('done-file') : undefined;
}

interface RecordedFile {
  readonly file: RemoteFile;
  readonly key: ObjectKey;
  readonly record: FileRecord;
  readonly siblings: Siblings;
  /** The minutes by which all known files of its directory moved. */
  readonly shiftOfDirectory: number | undefined;
  readonly context: PlanContext;
}

function decideByRecord(recorded: RecordedFile): Decision {
  const { file, key, record, siblings, context } = recorded;
  const { rules } = context;
  const { transferred, lastError, replay } = record;
  const version = toFingerprint(file);
  const isTransferred = transferred !== undefined && transferred.key === key;
  const skip = (reason: SkipReason): Decision => ({
    kind: 'skip',
    path: file.path,
    sizeBytes: file.sizeBytes,
    reason,
  });
  // To this key or, before the prefix of the flow was changed, to another one.
  const isTransferredVersion =
    transferred !== undefined &&
    !transferred.isReplaced &&
    sameVersion(knownVersion(transferred, version), version);
  const isSame = isTransferred && isTransferredVersion;
  const isReplayed = isTransferred && replay !== undefined;
  const transfer = {
    kind: 'transfer',
    file,
    key,
    transferred,
    isTimeFinal: isTimeFinal(file, context),
  } as const;
  // No check for settledness: the version is unchanged since its transfer.
  if (isSame && isReplayed) return { ...transfer, reason: 'replay', doneFile: transferred.doneFile };
  if (isSame) {
    return rules.after === 'dispose' ? { kind: 'dispose', file, transferred } : skip('unchanged');
  }
  const clockShift = isTransferred && !isReplayed ? findClockShift(recorded, transferred) : undefined;
  const isChanged = isTransferred && !isReplayed && clockShift === undefined;
  if (isChanged && rules.onChange === 'ignore') return skip('change-ignored');
  if (isChanged && rules.onChange === 'fail') return { kind: 'refuse', path: file.path, reason: 'changed' };
  const settlement = checkSettled(file, record.observation, rules.settled, {
    ...context,
    findDoneFile: siblings.findDoneFile,
    usedDoneFile: isTransferredVersion ? undefined : transferred?.doneFile,
  });
  if (settlement.kind === 'hold') {
    return { kind: 'hold', file, reason: settlement.reason, observation: settlement.observation };
  }
  const { doneFile } = settlement;
  if (clockShift !== undefined) {
    const shift = { ...clockShift, ifOther: rules.onChange };
    return { ...transfer, reason: 'times-shifted', doneFile, clockShift: shift };
  }
  const triedBefore = lastError !== undefined && sameVersion(lastError.fingerprint, version);
  const reason = isReplayed
    ? 'replay'
    : triedBefore
      ? 'failed-before'
      : isTransferred
        ? 'changed'
        : transferred === undefined
          ? 'new'
          : 'key-changed';
  return { ...transfer, reason, doneFile };
}

function findClockShift(
  { file, shiftOfDirectory }: RecordedFile,
  { fingerprint, isReplaced }: TransferredVersion,
): ClockShift | undefined {
  const minutes = isReplaced ? undefined : shiftedMinutes(fingerprint, toFingerprint(file));
  return minutes === undefined ? undefined : { minutes, isOfDirectory: minutes === shiftOfDirectory };
}

function displayPath(directory: RemotePath, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
