import { expect, it } from 'vitest';
import { evaluateStorageRefusal } from '../../../../lambdas/core/plan/storage-refusal.ts';

it.each<[string, number | undefined, 'object' | 'bucket']>([
  ['MetadataTooLarge', 400, 'object'],
  ['KeyTooLongError', 400, 'object'],
  ['InvalidRequest', 400, 'object'],
  ['InvalidArgument', 400, 'object'],
  ['EntityTooLarge', 400, 'object'],
  ['EntityTooSmall', 400, 'object'],
  ['InvalidPart', 400, 'object'],
  ['BadDigest', 400, 'object'],
  ['AccessDenied', 403, 'object'],
  // A HEAD has no body, so the client has no code.
  ['403', 403, 'object'],
  ['InvalidObjectState', 403, 'object'],
  ['MethodNotAllowed', 405, 'object'],
  ['a code of next year', 422, 'object'],
  ['NoSuchBucket', 404, 'bucket'],
  ['InvalidAccessKeyId', 403, 'bucket'],
  ['ExpiredToken', 400, 'bucket'],
  ['SignatureDoesNotMatch', 403, 'bucket'],
  ['RequestTimeTooSkewed', 403, 'bucket'],
  ['KMS.DisabledException', 400, 'bucket'],
  ['ThrottlingException', 400, 'bucket'],
  ['RequestTimeout', 400, 'bucket'],
  ['TooManyRequests', 429, 'bucket'],
  ['SlowDown', 503, 'bucket'],
  ['InternalError', 500, 'bucket'],
  ['ECONNRESET', undefined, 'bucket'],
])('%s with status %s concerns the %s', (code, status, scope) => {
  expect(evaluateStorageRefusal(code, status).scope).toBe(scope);
});

it.each(['AccessDenied', 'KeyTooLongError', 'EntityTooLarge', 'MetadataTooLarge'])(
  '%s comes with what to do about it',
  (code) => {
    expect(evaluateStorageRefusal(code, 400).remedy).not.toBe('');
  },
);
