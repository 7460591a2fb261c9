import { expect, it, onTestFinished } from 'vitest';
import type { PartnerOptions } from '../../../../testing/start-partner.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();

/**
 * A fixture whose invocation runs out of time at a command, to which the server does not reply before the
 * test has ended.
 */
async function stuckAt(on: string, path: RegExp, after = 0): Promise<DeliveryFixture> {
  const stop = new AbortController();
  const released = Promise.withResolvers<void>();
  onTestFinished(() => released.resolve());
  const settings = { doneFile: '{name}.done', checksumFile: 'sha256' };
  const server: PartnerOptions = { features: { hashes: ['HASH'] } };
  const fixture = await DeliveryFixture.start(stage, { settings, server, signal: stop.signal });
  const change = () => {
    stop.abort(new Error('The invocation has run out of time.'));
    return released.promise;
  };
  fixture.partner.server.fault({ on, path, after, times: 1, do: { kind: 'beforehand', change } });
  return fixture;
}

it.each([
  ['SIZE of the target', 'SIZE', /a\.csv$/],
  ['the upload', 'STOR', /\.part$/],
  ['SIZE of the upload', 'SIZE', /\.part$/],
  ["the server's hash of the upload", 'HASH', /\.part$/],
  ['the rename', 'RNTO', /a\.csv$/],
  ['the checksum file', 'STOR', /\.part$/, 1],
  ['SIZE of the checksum file', 'SIZE', /\.part$/, 3],
  ['the rename of the checksum file', 'RNTO', /\.sha256$/],
  ['the marker', 'STOR', /\.part$/, 2],
  ['the rename of the marker', 'RNTO', /\.done$/],
])(
  'An invocation whose time is up during %s records a try, and waits for nothing',
  async (_, on, path, after = 0) => {
    const fixture = await stuckAt(on, path, after);
    const delivery = await fixture.put('a.csv', 'ours');

    const error = await fixture.push(delivery).catch((reason: unknown) => reason);

    const { lastError, delivered } = await fixture.record('a.csv');
    expect(error).toMatchObject({ tries: 1, message: expect.stringContaining('invocation') });
    expect([lastError?.tries, delivered]).toEqual([1, undefined]);
  },
);
