import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import { CircuitOpenError } from '../../../../lambdas/connections/connection-errors.ts';
import { partnerFileSchema } from '../../../../lambdas/contract/partner-file/partner-file.ts';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { SourceError } from '../../../../lambdas/ftps/transfer/upload.ts';
import { PartnerError } from '../../../../lambdas/partners/partner-error.ts';
import {
  afterFailure,
  DeliveryTryError,
  deliveryError,
} from '../../../../lambdas/push/push-file/delivery-error.ts';
import { StorageError } from '../../../../lambdas/s3/storage-error.ts';

const ftps = (kind: FtpsErrorKind) => new FtpsError({ kind, attempt: 'writing', target: '/a', answer: 'no' });
const tried = (cause: unknown, tries = 1) =>
  new DeliveryTryError('failed', { cause, tries, stage: 'delivering' });
const notReached = (cause: unknown) =>
  new DeliveryTryError('failed', { cause, tries: 1, stage: 'opening-session' });

const partner = partnerFileSchema.parse({
  partner: 'acme',
  connection: { host: 'ftps.acme.example', security: 'explicit', secret: 'acme' },
  flows: [{ name: 'orders', direction: 'push', remote: '/in', prefix: 'acme/orders/' }],
});
const refused = {
  version: 'v1',
  count: 2,
  firstAtMs: 1_000,
  openUntilMs: 601_000,
  message: '530 No.',
  notice: undefined,
};

describe('the error code of a failed try', () => {
  it.each([
    ['timeout', ftps('timeout')],
    ['secret-missing', new PartnerError('secret-missing', 'no secret')],
    ['storage', new StorageError('missing', 'no object', undefined)],
    ['storage', new SourceError('the body broke off')],
    ['internal', new TypeError('a bug')],
    ['internal', 'not an error'],
  ])('is %s', (expected, error) => {
    expect(deliveryError(error)).toBe(expected);
  });
});

describe('what follows an error', () => {
  it.each<[string, unknown, 'group' | 'same-order-key']>([
    ['of one file blocks that file alone', tried(ftps('unavailable')), 'same-order-key'],
    ['of the partner blocks the group', tried(ftps('connection-refused')), 'group'],
    ['that is a timeout without a session blocks the group', notReached(ftps('timeout')), 'group'],
    [
      'that is a lost connection without a session blocks the group',
      notReached(ftps('connection-lost')),
      'group',
    ],
    ['of the login blocks the group', tried(ftps('login-refused')), 'group'],
    ['on our side blocks the group', tried(new TypeError('ours')), 'group'],
    ['before the try blocks the group', new StorageError('refused', 'no', undefined), 'group'],
  ])('%s', (_, error, blocks) => {
    expect(afterFailure(1, error)).toMatchObject({ kind: 'retry', blocks });
  });

  it.each([
    ['a busy partner', ftps('partner-busy'), 30],
    ['an open circuit', new CircuitOpenError(partner, refused, new Date(refused.firstAtMs)), 600],
  ])('is another attempt after %s, however often the message was received', (_, error, seconds) => {
    expect(afterFailure(99, error)).toEqual({ kind: 'retry', delaySeconds: seconds, blocks: 'group' });
  });

  it('depends on the tries of the version, not on how often the message was received', () => {
    expect(afterFailure(40, tried(ftps('timeout'), 1))).toMatchObject({ kind: 'retry', delaySeconds: 120 });
  });

  it('is another try if the ledger could not be read, however often the message waited behind others', () => {
    const ledgerGone = new StorageError('refused', 'no', undefined);

    expect([1, 20, 499].map((received) => afterFailure(received, ledgerGone).kind)).toEqual(
      Array(3).fill('retry'),
    );
    expect(afterFailure(500, ledgerGone).kind).toBe('dead-letter');
  });

  it.each([
    ['its fifth try', tried(ftps('timeout'), 5)],
    ['a flow that is no longer deployed', new PartnerError('flow-unknown', 'no flow')],
    ['a partner that is no longer deployed', new PartnerError('partner-unknown', 'no partner')],
    ['a message that is not a delivery', new ZodError([])],
  ])('is the dead-letter queue after %s', (_, error) => {
    expect(afterFailure(1, error)).toEqual({ kind: 'dead-letter', error });
  });

  it.each(['secret-missing', 'secret-invalid', 'partner-invalid'] as const)(
    'is another try after %s, which an operator fixes',
    (fault) => {
      expect(afterFailure(1, tried(new PartnerError(fault, 'no')))).toMatchObject({ kind: 'retry' });
    },
  );
});
