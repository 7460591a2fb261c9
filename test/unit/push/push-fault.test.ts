import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import { CircuitOpenError } from '../../../lambdas/connections/connection-errors.ts';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { FtpsError } from '../../../lambdas/ftps/ftps-error.ts';
import { SourceError } from '../../../lambdas/ftps/upload.ts';
import { PartnerError } from '../../../lambdas/partners/partner-error.ts';
import { afterFailure, DeliveryTryError, deliveryFault } from '../../../lambdas/push/push-fault.ts';
import { StorageError } from '../../../lambdas/s3/storage-error.ts';
import type { FtpsFault } from '../../../lambdas/sync/ftps-fault.ts';

const ftps = (kind: FtpsFault) => new FtpsError({ kind, attempt: 'writing', target: '/a', answer: 'no' });
const tried = (cause: unknown, tries = 1) =>
  new DeliveryTryError('failed', { cause, tries, stage: 'delivering' });
const notReached = (cause: unknown) =>
  new DeliveryTryError('failed', { cause, tries: 1, stage: 'opening-session' });

const partner = partnerFileSchema.parse({
  partner: 'acme',
  connection: { host: 'ftps.acme.example', security: 'explicit', secret: 'acme' },
  flows: [{ name: 'orders', direction: 'push', remote: '/in', prefix: 'acme/orders/' }],
});
const refused = { version: 'v1', count: 2, firstAtMs: 1_000, openUntilMs: 601_000, message: '530 No.' };

describe('the word for what a try failed of', () => {
  it.each([
    ['timeout', ftps('timeout')],
    ['secret-missing', new PartnerError('secret-missing', 'no secret')],
    ['storage', new StorageError('missing', 'no object', undefined)],
    ['storage', new SourceError('the body broke off')],
    ['internal', new TypeError('a fault of ours')],
    ['internal', 'no error at all'],
  ])('is %s', (expected, error) => {
    expect(deliveryFault(error)).toBe(expected);
  });
});

describe('what follows a failure', () => {
  it.each<[string, unknown, 'group' | 'same-order']>([
    ['of one file keeps back that file alone', tried(ftps('unavailable')), 'same-order'],
    ['of the partner keeps back the group', tried(ftps('connection-refused')), 'group'],
    ['to open a session within its time keeps back the group', notReached(ftps('timeout')), 'group'],
    ['to open a session, which broke, keeps back the group', notReached(ftps('connection-lost')), 'group'],
    ['of the login keeps back the group', tried(ftps('login-refused')), 'group'],
    ['of ours keeps back the group', tried(new TypeError('ours')), 'group'],
    ['before the try keeps back the group', new StorageError('refused', 'no', undefined), 'group'],
  ])('%s', (_, error, holds) => {
    expect(afterFailure(1, error)).toMatchObject({ kind: 'again', holds });
  });

  it.each([
    ['a busy partner', ftps('partner-busy'), 30],
    ['an open circuit', new CircuitOpenError(partner, refused, new Date(refused.firstAtMs)), 600],
  ])('is another look after %s, however often the message was received', (_, error, seconds) => {
    expect(afterFailure(99, error)).toEqual({ kind: 'again', seconds, holds: 'group' });
  });

  it('goes by the tries of the version, not by how often the message was received', () => {
    expect(afterFailure(40, tried(ftps('timeout'), 1))).toMatchObject({ kind: 'again', seconds: 120 });
  });

  it('is another try where the ledger could not say how many there were, however often it waited behind others', () => {
    const ledgerGone = new StorageError('refused', 'no', undefined);

    expect([1, 20, 499].map((received) => afterFailure(received, ledgerGone).kind)).toEqual(
      Array(3).fill('again'),
    );
    expect(afterFailure(500, ledgerGone).kind).toBe('give-up');
  });

  it.each([
    ['its fifth try', tried(ftps('timeout'), 5)],
    ['a flow that is not there any more', new PartnerError('flow-unknown', 'no flow')],
    ['a partner that is not there any more', new PartnerError('partner-unknown', 'no partner')],
    ['a message that is no delivery', new ZodError([])],
  ])('is nothing after %s: it is given up', (_, error) => {
    expect(afterFailure(1, error)).toEqual({ kind: 'give-up', error });
  });

  it.each(['secret-missing', 'secret-invalid', 'partner-invalid'] as const)(
    'is another try after %s, which a person sets right',
    (fault) => {
      expect(afterFailure(1, tried(new PartnerError(fault, 'no')))).toMatchObject({ kind: 'again' });
    },
  );
});
