import { expect, it, onTestFinished } from 'vitest';
import type { FtpsServerOptions } from '../../support/ftps-server/options.ts';
import { DeliveryScene } from './delivery-scene.ts';
import { usePushStage } from './push-stage.ts';

const stage = usePushStage();

/** A scene whose invocation runs out of time at a command, which the server does not answer until the test has ended. */
async function stuckAt(on: string, path: RegExp): Promise<DeliveryScene> {
  const stop = new AbortController();
  const released = Promise.withResolvers<void>();
  onTestFinished(() => released.resolve());
  const settings = { doneFile: '{name}.done', checksumFile: 'sha256' };
  const server: Partial<FtpsServerOptions> = { features: { hashes: ['HASH'] } };
  const scene = await DeliveryScene.start(stage, { settings, server, signal: stop.signal });
  const change = () => {
    stop.abort(new Error('The invocation has run out of time.'));
    return released.promise;
  };
  scene.partner.server.fault({ on, path, times: 1, do: { kind: 'beforehand', change } });
  return scene;
}

it.each([
  ['the look at the target', 'SIZE', /a\.csv$/],
  ['the upload', 'STOR', /\.part$/],
  ['the look at the upload', 'SIZE', /\.part$/],
  ["the server's hash of the upload", 'HASH', /\.part$/],
  ['the rename', 'RNTO', /a\.csv$/],
  ['the checksum file', 'STOR', /\.sha256$/],
  ['the marker', 'STOR', /\.done$/],
])('An invocation whose time is up during %s records a try, and waits for nothing', async (_, on, path) => {
  const scene = await stuckAt(on, path);
  const delivery = await scene.put('a.csv', 'ours');

  const error = await scene.push(delivery).catch((reason: unknown) => reason);

  const { failure, delivered } = await scene.record('a.csv');
  expect(error).toMatchObject({ tries: 1, message: expect.stringContaining('invocation') });
  expect([failure?.tries, delivered]).toEqual([1, undefined]);
});
