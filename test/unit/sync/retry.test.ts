import { expect, it } from 'vitest';
import type { FtpsFault } from '../../../lambdas/sync/ftps-fault.ts';
import { faultPolicies, fileRetryDelayMs, triesPerFile } from '../../../lambdas/sync/retry.ts';

it.each<[FtpsFault, 'again' | 'never again']>([
  ['login-refused', 'never again'],
  ['circuit-open', 'never again'],
  ['certificate-refused', 'never again'],
  ['client-certificate-refused', 'never again'],
  ['tls-refused', 'never again'],
  ['not-ftps', 'never again'],
  ['protection-refused', 'never again'],
  ['too-many-connections', 'again'],
  ['partner-busy', 'again'],
  ['connection-refused', 'again'],
  ['host-not-found', 'again'],
])('%s concerns the whole partner, and is tried %s', (fault, expected) => {
  const { scope, again } = faultPolicies[fault];

  expect([scope, again ? 'again' : 'never again']).toEqual(['partner', expected]);
});

it.each<[FtpsFault, 'again' | 'never again']>([
  ['connection-lost', 'again'],
  ['timeout', 'again'],
  ['unavailable', 'again'],
  ['wrong-size', 'again'],
  ['gone', 'never again'],
  ['denied', 'never again'],
  ['refused', 'never again'],
  ['name-refused', 'never again'],
  ['no-space', 'never again'],
  ['changed', 'never again'],
  ['protocol', 'never again'],
  ['not-supported', 'never again'],
])('%s concerns one file, and is tried %s', (fault, expected) => {
  const { scope, again } = faultPolicies[fault];

  expect([scope, again ? 'again' : 'never again']).toEqual(['file', expected]);
});

it('waits half a second, then a second, between the tries of one file', () => {
  const waits = Array.from({ length: triesPerFile - 1 }, (_, index) => fileRetryDelayMs(index + 1));

  expect(waits).toEqual([500, 1000]);
});
