import type { FileRecord, Sighting, TakenVersion } from './file-record.ts';
import { unknownFile } from './file-record.ts';
import { fingerprintOf, sameVersion } from './fingerprint.ts';
import type { DirectoryListing, SkippedEntry } from './listing.ts';
import type { Neighbours } from './neighbours.ts';
import { type KeyMapping, type ObjectKey, objectKeyOf } from './object-key.ts';
import type { RemoteFile } from './remote-file.ts';
import { nameOf, type PathFault, pathBelow, type RemotePath } from './remote-path.ts';
import type { Selection } from './selection.ts';
import type { ServerZone } from './server-zone.ts';
import { type HoldReason, isDoneFile, type SettleRules, settle } from './settle.ts';

/** The rules of a flow, as far as a decision needs them. */
export interface FlowRules {
  readonly mapping: KeyMapping;
  readonly select: (relativePath: string) => Selection;
  readonly settled: SettleRules;
  readonly onChange: 'new-version' | 'ignore' | 'fail';
  readonly after: 'keep' | 'clear';
}

/** What is decided for one name of a listing, and why. */
export type Decision =
  | {
      readonly kind: 'transfer';
      readonly file: RemoteFile;
      readonly key: ObjectKey;
      readonly reason: TransferReason;
      readonly taken: TakenVersion | undefined;
    }
  /** Taken before, and still to be deleted or moved at the partner. */
  | { readonly kind: 'post-process'; readonly file: RemoteFile; readonly taken: TakenVersion }
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
      readonly sighting: Sighting | undefined;
    }
  | { readonly kind: 'refuse'; readonly path: string; readonly reason: RefuseReason };

/** What an object is that was in the bucket before the first run, beside the file that is listed (adoption.ts). */
export type AdoptionVerdict = 'adopted' | 'missing' | 'differs' | 'newer-at-partner' | 'size-unknown';

/** Why a file is transferred. `replay`: a person wants it again, even if it is the version that was taken. */
export type TransferReason = 'new' | 'changed' | 'failed-before' | 'key-changed' | 'replay';

export type SkipReason =
  | 'unchanged'
  | 'excluded'
  | 'not-included'
  | 'done-file'
  | 'change-ignored'
  | 'taken-before'
  | AdoptionVerdict
  | SkippedEntry['kind'];
export type RefuseReason = PathFault | 'key-too-long' | 'unicode-twin' | 'changed';

export interface PlanContext {
  readonly rules: FlowRules;
  readonly now: Date;
  readonly zone: ServerZone;
  readonly runId: string;
}

/** Names of one directory: all of them, or a share of a directory that is too large to be looked at in one piece. */
export interface ListedChunk extends Pick<DirectoryListing, 'directory' | 'files' | 'skipped' | 'refused'> {
  /** What stands beside them in the directory, also outside of the chunk. */
  readonly neighbours: Neighbours;
}

/**
 * Decides every name of the chunk once, in its order, files first.
 * @param records what the ledger knows, by file name.
 */
export function planDirectory(
  chunk: ListedChunk,
  records: ReadonlyMap<string, FileRecord>,
  context: PlanContext,
): Decision[] {
  const { neighbours } = chunk;
  const decideFile = (file: RemoteFile): Decision => {
    const name = nameOf(file.path);
    const early = setAside(file, context.rules);
    if (early !== undefined) return early;
    const key = objectKeyOf(context.rules.mapping, file.path);
    if (key === undefined) return { kind: 'refuse', path: file.path, reason: 'key-too-long' };
    if (neighbours.isTwin(name)) return { kind: 'refuse', path: file.path, reason: 'unicode-twin' };
    return decideKnown({ file, key, record: records.get(name) ?? unknownFile, neighbours, context });
  };
  return [
    ...chunk.files.map(decideFile),
    ...chunk.skipped.map(({ name, kind }): Decision => {
      return { kind: 'skip', path: shownChild(chunk.directory, name), sizeBytes: undefined, reason: kind };
    }),
    ...chunk.refused.map(({ shownName, fault }): Decision => {
      return { kind: 'refuse', path: shownChild(chunk.directory, shownName), reason: fault };
    }),
  ];
}

function setAside(file: RemoteFile, rules: FlowRules): Decision | undefined {
  const skip = (reason: SkipReason): Decision => ({
    kind: 'skip',
    path: file.path,
    sizeBytes: file.sizeBytes,
    reason,
  });
  const selection = rules.select(pathBelow(rules.mapping.remote, file.path) ?? '');
  if (selection !== 'selected') return skip(selection);
  const { doneFile } = rules.settled;
  return doneFile !== undefined && isDoneFile(nameOf(file.path), doneFile) ? skip('done-file') : undefined;
}

interface KnownName {
  readonly file: RemoteFile;
  readonly key: ObjectKey;
  readonly record: FileRecord;
  readonly neighbours: Neighbours;
  readonly context: PlanContext;
}

function decideKnown({ file, key, record, neighbours, context }: KnownName): Decision {
  const { rules } = context;
  const { taken, failure, replay } = record;
  const version = fingerprintOf(file);
  const isTaken = taken !== undefined && taken.key === key;
  const skip = (reason: SkipReason): Decision => ({
    kind: 'skip',
    path: file.path,
    sizeBytes: file.sizeBytes,
    reason,
  });
  const isSame = isTaken && !taken.isReplaced && sameVersion(taken.fingerprint, version);
  const isReplayed = isTaken && replay !== undefined;
  // It was settled when it was taken.
  if (isSame && isReplayed) return { kind: 'transfer', file, key, reason: 'replay', taken };
  if (isSame) {
    return rules.after === 'clear' ? { kind: 'post-process', file, taken } : skip('unchanged');
  }
  if (isTaken && !isReplayed && rules.onChange === 'ignore') return skip('change-ignored');
  if (isTaken && !isReplayed && rules.onChange === 'fail')
    return { kind: 'refuse', path: file.path, reason: 'changed' };
  const settlement = settle(file, record.sighting, rules.settled, {
    ...context,
    hasDoneFile: neighbours.hasDoneFile,
  });
  if (settlement.kind === 'hold') {
    return { kind: 'hold', file, reason: settlement.reason, sighting: settlement.sighting };
  }
  const triedBefore = failure !== undefined && sameVersion(failure.fingerprint, version);
  const reason = isReplayed
    ? 'replay'
    : triedBefore
      ? 'failed-before'
      : isTaken
        ? 'changed'
        : taken === undefined
          ? 'new'
          : 'key-changed';
  return { kind: 'transfer', file, key, reason, taken };
}

function shownChild(directory: RemotePath, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
