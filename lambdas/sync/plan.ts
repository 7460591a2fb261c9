import type { FileRecord, Sighting, TakenVersion } from './file-record.ts';
import { unknownFile } from './file-record.ts';
import { fingerprintOf, sameVersion } from './fingerprint.ts';
import type { DirectoryListing, SkippedEntry } from './listing.ts';
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
      readonly reason: 'new' | 'changed' | 'failed-before' | 'key-changed';
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

export type SkipReason =
  | 'unchanged'
  | 'excluded'
  | 'not-included'
  | 'done-file'
  | 'change-ignored'
  | SkippedEntry['kind'];
export type RefuseReason = PathFault | 'key-too-long' | 'unicode-twin' | 'changed';

export interface PlanContext {
  readonly rules: FlowRules;
  readonly now: Date;
  readonly zone: ServerZone;
  readonly runId: string;
}

/**
 * Decides every name of one directory once, in the order of the listing.
 * @param records what the ledger knows, by file name.
 */
export function planDirectory(
  listing: DirectoryListing,
  records: ReadonlyMap<string, FileRecord>,
  context: PlanContext,
): Decision[] {
  // A server that reads a directory while it changes may list a name twice: the later line counts.
  const files = new Map(listing.files.map((file) => [nameOf(file.path), file]));
  const siblings = new Set(files.keys());
  const twins = unicodeTwins(siblings);
  const decideFile = (file: RemoteFile): Decision => {
    const name = nameOf(file.path);
    const early = setAside(file, context.rules);
    if (early !== undefined) return early;
    const key = objectKeyOf(context.rules.mapping, file.path);
    if (key === undefined) return { kind: 'refuse', path: file.path, reason: 'key-too-long' };
    if (twins.has(name)) return { kind: 'refuse', path: file.path, reason: 'unicode-twin' };
    return decideKnown({ file, key, record: records.get(name) ?? unknownFile, siblings, context });
  };
  return [
    ...[...files.values()].map(decideFile),
    ...listing.skipped.map(({ name, kind }): Decision => {
      return { kind: 'skip', path: shownChild(listing.directory, name), sizeBytes: undefined, reason: kind };
    }),
    ...listing.refused.map(({ shownName, fault }): Decision => {
      return { kind: 'refuse', path: shownChild(listing.directory, shownName), reason: fault };
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
  readonly siblings: ReadonlySet<string>;
  readonly context: PlanContext;
}

function decideKnown({ file, key, record, siblings, context }: KnownName): Decision {
  const { rules } = context;
  const { taken, failure } = record;
  const version = fingerprintOf(file);
  const isTaken = taken !== undefined && taken.key === key;
  const skip = (reason: SkipReason): Decision => ({
    kind: 'skip',
    path: file.path,
    sizeBytes: file.sizeBytes,
    reason,
  });
  if (isTaken && !taken.isReplaced && sameVersion(taken.fingerprint, version)) {
    return rules.after === 'clear' ? { kind: 'post-process', file, taken } : skip('unchanged');
  }
  if (isTaken && rules.onChange === 'ignore') return skip('change-ignored');
  if (isTaken && rules.onChange === 'fail') return { kind: 'refuse', path: file.path, reason: 'changed' };
  const settlement = settle(file, record.sighting, rules.settled, { ...context, siblings });
  if (settlement.kind === 'hold') {
    return { kind: 'hold', file, reason: settlement.reason, sighting: settlement.sighting };
  }
  const triedBefore = failure !== undefined && sameVersion(failure.fingerprint, version);
  const reason = triedBefore
    ? 'failed-before'
    : isTaken
      ? 'changed'
      : taken === undefined
        ? 'new'
        : 'key-changed';
  return { kind: 'transfer', file, key, reason, taken };
}

/**
 * Names that only their Unicode form tells apart. They look the same to people and to many consumers, so which is meant
 * is not ours to guess: both wait until the partner has renamed one.
 */
function unicodeTwins(names: ReadonlySet<string>): ReadonlySet<string> {
  const byForm = Map.groupBy(names, (name) => name.normalize('NFC'));
  return new Set([...byForm.values()].filter((group) => group.length > 1).flat());
}

function shownChild(directory: RemotePath, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
