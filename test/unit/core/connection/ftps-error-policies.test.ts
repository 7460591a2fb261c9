import { expect, it } from 'vitest';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import { ftpsErrorPolicies } from '../../../../lambdas/core/connection/ftps-error-policies.ts';

it.each<[FtpsErrorKind, 'retried' | 'not retried']>([
  ['login-refused', 'not retried'],
  ['circuit-open', 'not retried'],
  ['certificate-refused', 'not retried'],
  ['client-certificate-refused', 'not retried'],
  ['tls-refused', 'not retried'],
  ['not-ftps', 'not retried'],
  ['protection-refused', 'not retried'],
  ['too-many-connections', 'retried'],
  ['partner-busy', 'retried'],
  ['connection-refused', 'retried'],
  ['host-not-found', 'retried'],
])('%s concerns the whole partner, and is %s', (error, expected) => {
  const { scope, retryable } = ftpsErrorPolicies[error];

  expect([scope, retryable ? 'retried' : 'not retried']).toEqual(['partner', expected]);
});

it.each<[FtpsErrorKind, 'retried' | 'not retried']>([
  ['connection-lost', 'retried'],
  ['timeout', 'retried'],
  ['unavailable', 'retried'],
  ['wrong-size', 'retried'],
  ['gone', 'not retried'],
  ['denied', 'not retried'],
  ['refused', 'not retried'],
  ['name-refused', 'not retried'],
  ['no-space', 'not retried'],
  ['changed', 'not retried'],
  ['protocol', 'not retried'],
  ['not-supported', 'not retried'],
])('%s concerns one file, and is %s', (error, expected) => {
  const { scope, retryable } = ftpsErrorPolicies[error];

  expect([scope, retryable ? 'retried' : 'not retried']).toEqual(['file', expected]);
});
