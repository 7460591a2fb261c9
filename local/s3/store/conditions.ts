import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from '../protocol/s3-error.ts';

/** The condition on a key when its new object becomes visible ("Conditional writes"). */
export type WriteCondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'etag'; readonly etag: string };

/**
 * @throws S3Error NotImplemented for what S3 does not support on writes: If-None-Match with an ETag, If-Match
 * with `*`.
 */
export function writeCondition(headers: IncomingHttpHeaders): WriteCondition {
  const absent = headers['if-none-match'];
  const match = headers['if-match'];
  if (absent === undefined && match === undefined) return { kind: 'none' };
  if (match === undefined && absent === '*') return { kind: 'absent' };
  if (absent === undefined && match !== undefined && match !== '*')
    return { kind: 'etag', etag: unquote(match) };
  throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', {
    fields: { Header: absent === undefined ? 'If-Match' : 'If-None-Match' },
  });
}

/**
 * Must be called in the transaction that writes. `currentEtag` is undefined when the key has no object or a
 * delete marker.
 * @throws S3Error PreconditionFailed; NoSuchKey for If-Match when there is no object.
 */
export function assertWritable(condition: WriteCondition, currentEtag: string | undefined): void {
  switch (condition.kind) {
    case 'none':
      return;
    case 'absent':
      if (currentEtag !== undefined) throw preconditionFailed('If-None-Match');
      return;
    case 'etag':
      if (currentEtag === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
      if (currentEtag !== condition.etag) throw preconditionFailed('If-Match');
      return;
  }
  condition satisfies never;
}

/** The condition on the current object of a key for a delete ("How to perform conditional deletes"). */
export type DeleteCondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'present' }
  | { readonly kind: 'etag'; readonly etag: string };

/** @param match the If-Match header, or the ETag element of a Delete document. */
export function deleteCondition(match: string | undefined): DeleteCondition {
  if (match === undefined) return { kind: 'none' };
  return match.trim() === '*' ? { kind: 'present' } : { kind: 'etag', etag: unquote(match) };
}

/**
 * Must be called in the transaction that deletes. `currentEtag` is undefined when the key has no object or a
 * delete marker. The condition is on the current version, even when another version is deleted.
 * @throws S3Error PreconditionFailed; NoSuchKey for If-Match with an ETag when there is no object.
 */
export function assertDeletable(condition: DeleteCondition, currentEtag: string | undefined): void {
  switch (condition.kind) {
    case 'none':
      return;
    case 'present':
      if (currentEtag === undefined) throw preconditionFailed('If-Match');
      return;
    case 'etag':
      if (currentEtag === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
      if (currentEtag !== condition.etag) throw preconditionFailed('If-Match');
      return;
  }
  condition satisfies never;
}

interface Validators {
  readonly etag: string;
  readonly modified: Date;
}

/**
 * Whether a read must answer 304 (precedence: RFC 9110, 13.2.2).
 * @throws S3Error PreconditionFailed for If-Match and If-Unmodified-Since.
 */
export function isNotModified(headers: IncomingHttpHeaders, object: Validators): boolean {
  const modifiedSeconds = Math.floor(object.modified.getTime() / 1000);
  const seconds = (date: string) => Math.floor(Date.parse(date) / 1000);
  const match = headers['if-match'];
  const unmodifiedSince = headers['if-unmodified-since'];
  if (match !== undefined) {
    if (!matchesEtag(match, object.etag)) throw preconditionFailed('If-Match');
  } else if (unmodifiedSince !== undefined && modifiedSeconds > seconds(unmodifiedSince)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const noneMatch = headers['if-none-match'];
  const modifiedSince = headers['if-modified-since'];
  if (noneMatch !== undefined) return matchesEtag(noneMatch, object.etag);
  return modifiedSince !== undefined && modifiedSeconds <= seconds(modifiedSince);
}

/** Removes the quotes of an ETag: S3 accepts ETags with and without them. */
export function unquote(etag: string): string {
  return etag.trim().replace(/^"(.*)"$/, '$1');
}

function matchesEtag(header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((each) => unquote(each) === etag);
}

function preconditionFailed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    fields: { Condition: condition },
  });
}
