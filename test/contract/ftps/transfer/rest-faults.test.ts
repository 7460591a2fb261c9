import { expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { probeRest } from '../../../../lambdas/ftps/probe/probe-rest.ts';
import {
  downloadRange,
  RestOffsetError,
  RestRefusedError,
} from '../../../../lambdas/ftps/transfer/download-range.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const path = parseRemotePath('/big.bin');
const file = { path, sizeBytes: 3_000_000 };
const everything = { hasEnough: false, write: () => undefined };

async function servedWith(features: NonNullable<Parameters<typeof startEmbedded>[0]>['features']) {
  const partner = await startEmbedded({ features: features ?? {} });
  partner.tree.put('/big.bin', { content: { sizeBytes: file.sizeBytes, seed: 1 } });
  return partner;
}

it.each([
  ['begins at the first byte', () => 0],
  ['truncates offsets to 21 bits', (offset: number) => offset % 2 ** 21],
  ['begins a byte too early', (offset: number) => Math.max(0, offset - 1)],
  ['begins a byte too late', (offset: number) => offset + 1],
])('REST of a server that %s is reported as a lie', async (_, restartAt) => {
  await using partner = await servedWith({ restartAt });
  await using session = await openTo(partner);

  expect(await probeRest(session, file)).toBe('lies');
});

it('REST that sends the right number of wrong bytes is reported as a lie', async () => {
  await using partner = await servedWith({});
  await using session = await openTo(partner);
  const other = { content: { sizeBytes: file.sizeBytes, seed: 2 } };
  partner.server.fault({
    on: 'RETR',
    after: 1,
    do: { kind: 'beforehand', change: () => partner.tree.put('/big.bin', other) },
  });

  expect(await probeRest(session, file)).toBe('lies');
});

it('A server without REST is reported as refused, and the session stays usable', async () => {
  await using partner = await servedWith({ restart: false });
  await using session = await openTo(partner);

  expect(await probeRest(session, file)).toBe('refused');
  expect(session.lost).toBe(false);
});

it('A file that is truncated during the probe says nothing about REST', async () => {
  await using partner = await servedWith({});
  await using session = await openTo(partner);
  const shorter = { content: { sizeBytes: file.sizeBytes - 1000, seed: 1 } };
  partner.server.fault({
    on: 'RETR',
    do: { kind: 'beforehand', change: () => partner.tree.put('/big.bin', shorter) },
  });

  await expect(probeRest(session, file)).rejects.toMatchObject({ kind: 'changed' });
});

it('A range with more bytes than the file has left fails with a RestOffsetError', async () => {
  await using partner = await servedWith({ restartAt: () => 0 });
  await using session = await openTo(partner);

  const reading = downloadRange(session, { ...file, offset: 2_000_000 }, everything);

  await expect(reading).rejects.toBeInstanceOf(RestOffsetError);
});

it('A range without its end, though the server reports success, has the wrong size', async () => {
  await using partner = await servedWith({});
  await using session = await openTo(partner);
  partner.server.fault({ on: 'RETR', do: { kind: 'cut-data', afterBytes: 5000, with: 'close-notify' } });

  const reading = downloadRange(session, { ...file, offset: 2_000_000 }, everything);

  await expect(reading).rejects.toMatchObject({ kind: 'wrong-size' });
  await expect(reading).rejects.not.toBeInstanceOf(RestOffsetError);
});

it('A range whose data connection breaks fails with the reason, though the server reports success', async () => {
  await using partner = await servedWith({});
  await using session = await openTo(partner);
  partner.server.fault({ on: 'RETR', do: { kind: 'cut-data', afterBytes: 5000, with: 'reset' } });

  const reading = downloadRange(session, { ...file, offset: 2_000_000 }, everything);

  await expect(reading).rejects.toMatchObject({ kind: 'connection-lost' });
});

it('A range that the server refuses to send fails with its reply', async () => {
  await using partner = await servedWith({});
  await using session = await openTo(partner);
  partner.server.fault({ on: 'RETR', do: { kind: 'reply', code: 450, text: 'Locked.' } });

  const reading = downloadRange(session, { ...file, offset: 2_000_000 }, everything);

  await expect(reading).rejects.toMatchObject({ kind: 'unavailable', replyCode: 450 });
});

it('A range from a server without REST fails with a RestRefusedError', async () => {
  await using partner = await servedWith({ restart: false });
  await using session = await openTo(partner);

  const reading = downloadRange(session, { ...file, offset: 1 }, everything);

  await expect(reading).rejects.toBeInstanceOf(RestRefusedError);
});
