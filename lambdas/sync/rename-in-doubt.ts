import type { TargetLook } from './delivery-record.ts';

/** What is at a name, as far as the server tells; undefined: nothing. */
interface Look {
  readonly sizeBytes: number | undefined;
  readonly modified: { readonly raw: string } | undefined;
}

export interface RenameInDoubt {
  /** Of the version that was to be renamed into place. */
  readonly sizeBytes: number;
  /** What was at the target before the rename was sent. */
  readonly before: TargetLook | undefined;
  readonly target: Look | undefined;
  /** What is at the staging name, where a verified upload was. */
  readonly staged: Look | undefined;
}

/**
 * How a rename ended whose reply was lost (RFC 959 has no way to ask). `not-known`: neither name has what was staged, so that
 * somebody took one of the two away; or the target looks as it did before, which a version of the same size and second does too.
 */
export function endOfRename(doubt: RenameInDoubt): 'happened' | 'did-not-happen' | 'not-known' {
  const { sizeBytes, before, target, staged } = doubt;
  if (staged !== undefined) return 'did-not-happen';
  if (target?.sizeBytes !== sizeBytes) return 'not-known';
  const isAsBefore = before?.sizeBytes === sizeBytes && before.modified === target.modified?.raw;
  return isAsBefore ? 'not-known' : 'happened';
}
