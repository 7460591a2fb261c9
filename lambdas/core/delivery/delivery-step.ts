import type { FtpsErrorKind } from '../connection/ftps-error-kind.ts';
import {
  type DeliveryPathError,
  type DeliveryPaths,
  type DeliveryRules,
  deliveryPaths,
} from './delivery-path.ts';
import type { DeliveryRecord, StartedRename, TargetStat } from './delivery-record.ts';
import { isRefusal, maxTries, nextTry } from './delivery-retry.ts';
import { type FileOwner, type FoundFile, resolveWrite } from './own-file.ts';
import type { UploadCheckpoint } from './resume-upload.ts';
import { type HashComparison, resolveRename } from './unconfirmed-rename.ts';

/**
 * The decisions of PushFile, in the order in which their facts become known: before the partner is contacted
 * ({@link deliveryStep}), once the file names at the partner are known ({@link stagingStep}), right before
 * the rename ({@link renameStep}), and after an error ({@link failedTryStep}). How much of the upload is
 * left: resume-upload.ts.
 */

/** What is known of a delivery before its partner is contacted. */
export interface DeliveryFacts {
  readonly rules: DeliveryRules;
  /** The version that the message names, and the id of this try. Its key is below the flow's prefix. */
  readonly object: { readonly key: string; readonly versionId: string; readonly attempt: string };
  /** What the ledger has of the object. */
  readonly record: DeliveryRecord;
  /** What is at the key now; undefined where the object was deleted. */
  readonly current: CurrentVersion | undefined;
}

export interface CurrentVersion {
  readonly versionId: string;
  readonly etag: string;
  /** When S3 got it, in seconds. */
  readonly modifiedAt: Date | undefined;
  readonly sizeBytes: number;
}

/** What to do about a message. */
export type DeliveryStep =
  /** Nothing: the message is done. */
  | { readonly kind: 'skip'; readonly end: SkippedEnd }
  /**
   * The version was delivered by an earlier message, which may have ended before it disposed of the object.
   */
  | { readonly kind: 'dispose'; readonly object: CurrentVersion }
  /** Nothing is to be delivered: delete what tries have left at the partner, and close the record. */
  | { readonly kind: 'clean-up'; readonly end: 'object-deleted' | 'too-small' }
  /** The key has no valid name at the partner. */
  | { readonly kind: 'refuse'; readonly error: DeliveryPathError }
  | DeliverStep;

/**
 * Why a message needs no work. `paused`: the reconcile after the resume finds the object.
 * `already-delivered`: by an earlier message. `superseded`: a newer version has its own message.
 * `too-small`: it has fewer bytes than the flow's `minBytes`; a later version may have more.
 * `object-deleted`: deleted before it was delivered.
 */
export type SkippedEnd = 'paused' | 'already-delivered' | 'superseded' | 'too-small' | 'object-deleted';

/** Upload, verify, rename, record. */
export interface DeliverStep {
  readonly kind: 'deliver';
  readonly object: CurrentVersion;
  readonly paths: DeliveryPaths;
  /** How far earlier invocations came with this version. */
  readonly upload: UploadCheckpoint | undefined;
  /** The rename of this version that an earlier try began, and whose end is unknown. */
  readonly begunRename: StartedRename | undefined;
  /** Whether to sweep the directory for abandoned staging files after the delivery: an earlier try failed. */
  readonly sweepsAfter: boolean;
}

/** Decides what to do about a message before its partner is contacted. */
export function deliveryStep({ rules, object, record, current }: DeliveryFacts): DeliveryStep {
  const { versionId } = object;
  if (record.delivered?.versionId === versionId && record.replay === undefined) {
    const isOver = current?.versionId !== versionId && record.disposing === undefined;
    return isOver
      ? { kind: 'skip', end: 'already-delivered' }
      : { kind: 'dispose', object: record.delivered };
  }
  if (current?.versionId !== versionId) return outdatedStep({ record, current });
  if (isTooSmall(rules, current, record)) return withoutDelivery(record, 'too-small');
  const paths = deliveryPaths(rules, object);
  if (typeof paths === 'string') return { kind: 'refuse', error: paths };
  return {
    kind: 'deliver',
    object: current,
    paths,
    upload: record.upload?.versionId === versionId ? record.upload : undefined,
    begunRename: record.renaming?.versionId === versionId ? record.renaming : undefined,
    sweepsAfter: record.lastError !== undefined || record.renaming !== undefined,
  };
}

/** Whether the flow leaves an object out for its size. An operator who asks for it gets it delivered. */
export function isTooSmall(
  { minBytes = 0 }: Pick<DeliveryRules, 'minBytes'>,
  { sizeBytes }: Pick<CurrentVersion, 'sizeBytes'>,
  { replay }: Pick<DeliveryRecord, 'replay'>,
): boolean {
  return sizeBytes < minBytes && replay === undefined;
}

/**
 * What to do about a version that is no longer the object's current one. A newer version's own delivery
 * cleans up; after a deletion, this message does.
 */
export function outdatedStep({
  record,
  current,
}: Pick<DeliveryFacts, 'record' | 'current'>): Extract<DeliveryStep, { kind: 'skip' | 'clean-up' }> {
  if (current !== undefined) return { kind: 'skip', end: 'superseded' };
  return withoutDelivery(record, 'object-deleted');
}

function withoutDelivery(
  { lastError, upload, staged, renaming }: DeliveryRecord,
  end: 'object-deleted' | 'too-small',
): Extract<DeliveryStep, { kind: 'skip' | 'clean-up' }> {
  const isUntouched =
    lastError === undefined && upload === undefined && staged.length === 0 && renaming?.write === undefined;
  return { kind: isUntouched ? 'skip' : 'clean-up', end };
}

/** A flow's setting for a file that is already at the target. */
export type Overwrite = 'refuse' | 'replace-own' | 'replace' | 'delete-first';

/** What is known once the names at the partner have been looked up. */
export interface StagingFacts {
  readonly sizeBytes: number;
  readonly overwrite: Overwrite;
  readonly target: FoundFile;
  /** What is at the staging name; looked up only where a rename was begun. */
  readonly staged: FoundFile;
  readonly begunRename: StartedRename | Pick<StartedRename, 'before' | 'staged'> | undefined;
  /** Whose file is at the target. Default: somebody else's. */
  readonly owner?: FileOwner | undefined;
  /** Asked for only where a rename was begun, and its file may be at the target. */
  readonly targetHash: HashComparison;
}

export type StagingStep =
  /** The rename of an earlier try has happened: only the companion files and the record are missing. */
  | { readonly kind: 'record-only' }
  /** A file is at the target, and the flow does not replace files. */
  | { readonly kind: 'refuse'; readonly error: 'target-exists' }
  /**
   * `possible-duplicate`: the end of an earlier rename stays unknown, so the partner may get the file twice.
   */
  | { readonly kind: 'stage'; readonly doubt: 'possible-duplicate' | undefined };

/** Decides whether the object has to be uploaded to its staging name. */
export function stagingStep(facts: StagingFacts): StagingStep {
  const { sizeBytes, target, staged, begunRename: begun, targetHash } = facts;
  const rename =
    begun && 'at' in begun && begun.write !== undefined
      ? resolveWrite({ sizeBytes, begun, target, targetHash })
      : begun && resolveRename({ sizeBytes, begun, target, staged, targetHash });
  if (rename === 'happened') return { kind: 'record-only' };
  if (target !== undefined && !mayReplace(facts)) return { kind: 'refuse', error: 'target-exists' };
  return { kind: 'stage', doubt: rename === 'not-known' ? 'possible-duplicate' : undefined };
}

/**
 * Whether the flow allows replacing the file at the target. `refuse` protects what others put there, and what
 * the partner may be processing: neither can be said of our own part of a file, or of our own empty one.
 */
function mayReplace({ overwrite, owner }: Pick<StagingFacts, 'overwrite' | 'owner'>): boolean {
  if (overwrite === 'replace' || overwrite === 'delete-first' || owner?.kind === 'part') return true;
  return owner?.kind === 'whole' && (overwrite === 'replace-own' || owner.sizeBytes === 0);
}

/** What is known right before the rename. The upload may have taken long, so all is asked again. */
export interface RenameFacts {
  readonly sizeBytes: number;
  readonly overwrite: Overwrite;
  readonly target: FoundFile;
  /** Whose it is. Default: somebody else's. */
  readonly owner?: FileOwner | undefined;
  /** The verified upload at the staging name. */
  readonly staged: FoundFile;
  /** Whether the version is still the object's current one. */
  readonly version: 'current' | 'outdated';
}

export type RenameStep =
  | { readonly kind: 'refuse'; readonly error: 'target-exists' }
  /** Not the version to deliver any more: delete the staging file. */
  | { readonly kind: 'outdated' }
  /** The upload is not there as it was verified: someone has deleted or changed it. */
  | { readonly kind: 'upload-lost'; readonly sizeBytes: number | undefined }
  | {
      readonly kind: 'rename';
      /** What is at the target until the rename, to be recorded before it. */
      readonly before: TargetStat | undefined;
      /** The upload, to be recorded too. */
      readonly staged: TargetStat | undefined;
      /** What to do with the file at the target; its old done marker is deleted where there is one. */
      readonly target: 'free' | 'rename-over' | 'delete-first';
    };

/** Decides whether, and how, the verified upload is renamed into place. */
export function renameStep(facts: RenameFacts): RenameStep {
  const { sizeBytes, target, staged, version } = facts;
  if (target !== undefined && !mayReplace(facts)) return { kind: 'refuse', error: 'target-exists' };
  if (version === 'outdated') return { kind: 'outdated' };
  if (staged?.sizeBytes !== sizeBytes) return { kind: 'upload-lost', sizeBytes: staged?.sizeBytes };
  const stats = { before: toTargetStat(target), staged: toTargetStat(staged) };
  if (target === undefined) return { kind: 'rename', ...stats, target: 'free' };
  return {
    kind: 'rename',
    ...stats,
    target: deletesFirst(facts) ? 'delete-first' : 'rename-over',
  };
}

/**
 * Whether to delete the file at the target before the new one gets its name. Not every server renames over a
 * file, and a reader misses nothing of our own part of a file, or of our own empty one.
 */
function deletesFirst({ overwrite, owner }: Pick<StagingFacts, 'overwrite' | 'owner'>): boolean {
  if (overwrite === 'delete-first' || owner?.kind === 'part') return true;
  return overwrite === 'refuse' && owner?.kind === 'whole';
}

export interface WriteFacts extends Pick<RenameFacts, 'overwrite' | 'target' | 'owner' | 'version'> {
  /** The size that an earlier invocation of this version has closed the file at the target with. */
  readonly closedBytes: number | undefined;
}

export type WriteStep =
  | { readonly kind: 'refuse'; readonly error: 'target-exists' }
  | { readonly kind: 'outdated' }
  | {
      readonly kind: 'write';
      /** What is at the target until then, to be recorded before it. */
      readonly before: TargetStat | undefined;
      readonly isBeforeOurs: boolean;
      readonly deletesFirst: boolean;
      /** Whether what is there is the beginning of this version, and the upload resumes behind it. */
      readonly resumes: boolean;
    };

/** Decides, right before an upload under the final name, whether and how it is written. */
export function writeStep(facts: WriteFacts): WriteStep {
  const { target, owner, version, closedBytes } = facts;
  if (target !== undefined && !mayReplace(facts)) return { kind: 'refuse', error: 'target-exists' };
  if (version === 'outdated') return { kind: 'outdated' };
  const isOurs = owner !== undefined && owner.kind !== 'foreign';
  const resumes = owner?.kind === 'part' && closedBytes !== undefined && target?.sizeBytes === closedBytes;
  return {
    kind: 'write',
    before: toTargetStat(target),
    isBeforeOurs: isOurs,
    deletesFirst: target !== undefined && !resumes && deletesFirst(facts),
    resumes,
  };
}

function toTargetStat(found: FoundFile): TargetStat | undefined {
  return found && { sizeBytes: found.sizeBytes, modified: found.modified?.raw };
}

/** What is known after a try that ended with an error. */
export interface FailedTryFacts {
  /**
   * The kind of an error of the partner; `target-exists`; `upload-stuck` where invocation after invocation
   * was lost; `lease-lost` where another worker has the object; undefined for an error on our side.
   */
  readonly error: FtpsErrorKind | 'target-exists' | 'upload-stuck' | 'lease-lost' | undefined;
  readonly versionId: string;
  readonly lastError: DeliveryRecord['lastError'];
  /** Whether this try found more of the upload at the partner than the one before. */
  readonly hasGrown: boolean;
}

export type FailedTryStep =
  /**
   * No session was asked for: the partner's connections are in use, or its circuit is open. Or another worker
   * delivers the object. No try counts.
   */
  | { readonly kind: 'wait' }
  /** Another try cannot help. @param tries how often the version was tried, this time included. */
  | { readonly kind: 'refuse'; readonly error: string; readonly tries: number }
  /**
   * Another try may help; after the last one the message goes to the dead-letter queue (delivery-retry.ts).
   */
  | { readonly kind: 'retry' | 'dead-letter'; readonly tries: number };

/** Decides what a failed try means for the delivery. An upload that has grown starts a new count of tries. */
export function failedTryStep({ error, versionId, lastError, hasGrown }: FailedTryFacts): FailedTryStep {
  if (error === 'partner-busy' || error === 'circuit-open' || error === 'lease-lost') return { kind: 'wait' };
  if (error === 'upload-stuck') return { kind: 'dead-letter', tries: maxTries };
  const triesBefore = lastError?.versionId === versionId && !hasGrown ? lastError.tries : 0;
  const tries = nextTry(triesBefore);
  if (error === 'target-exists' || (error !== undefined && isRefusal(error)))
    return { kind: 'refuse', error, tries };
  return { kind: tries >= maxTries ? 'dead-letter' : 'retry', tries };
}
