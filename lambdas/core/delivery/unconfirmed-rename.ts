import type { StartedRename } from './delivery-record.ts';

/** A file as the server reports it; undefined: there is none. */
type FoundFile =
  | { readonly sizeBytes: number | undefined; readonly modified: { readonly raw: string } | undefined }
  | undefined;

/** The server's hash of the file at the target, compared with that of the object. */
export type HashComparison = 'same' | 'differs' | 'not-told';

export interface UnconfirmedRename {
  /** The size of the version to be renamed. */
  readonly sizeBytes: number;
  readonly begun: Pick<StartedRename, 'before' | 'staged'>;
  readonly target: FoundFile;
  /** The file at the staging name, where the verified upload was. */
  readonly staged: FoundFile;
  readonly targetHash: HashComparison;
}

/**
 * Finds out whether a rename without a reply took effect; RFC 959 has no command for that. `not-known`: no
 * file that can be ours is at either name, so something else moved or deleted it; or the target looks as
 * before, as it also would with a new version of the same size and second. A file at the target can be ours
 * if it has the size, and everything else that the server tells agrees: the hash, or else the modified time
 * of our upload, which a rename keeps.
 */
export function resolveRename(rename: UnconfirmedRename): 'happened' | 'did-not-happen' | 'not-known' {
  if (rename.staged !== undefined) return 'did-not-happen';
  if (!isPlausible(rename) || rename.targetHash === 'differs') return 'not-known';
  if (rename.targetHash === 'same') return 'happened';
  const [ours, theirs] = [rename.begun.staged?.modified, rename.target?.modified?.raw];
  return ours !== undefined && theirs !== undefined && ours !== theirs ? 'not-known' : 'happened';
}

/** Whether the file at the target may be ours by its size, so that its hash is worth asking for. */
export function isPlausible(rename: Omit<UnconfirmedRename, 'targetHash'>): boolean {
  const { sizeBytes, begun, target, staged } = rename;
  if (staged !== undefined || target?.sizeBytes !== sizeBytes) return false;
  return begun.before?.sizeBytes !== sizeBytes || begun.before.modified !== target.modified?.raw;
}
