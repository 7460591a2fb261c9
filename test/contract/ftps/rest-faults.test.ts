import { expect, it } from 'vitest';
import { downloadRange, RestContradicted, RestRefused } from '../../../lambdas/ftps/download-range.ts';
import { proveRest } from '../../../lambdas/ftps/prove-rest.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { startEmbedded } from './embedded-partner.ts';
import { openTo } from './test-partner.ts';

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
  ['cuts offsets to 21 bits', (offset: number) => offset % 2 ** 21],
  ['begins a byte too early', (offset: number) => Math.max(0, offset - 1)],
  ['begins a byte too late', (offset: number) => offset + 1],
])('REST of a server that %s is told as a lie', async (_, restartAt) => {
  await using partner = await servedWith({ restartAt });
  await using session = await openTo(partner);

  expect(await proveRest(session, file)).toBe('lies');
});

it('REST that sends as many bytes as it should, and others, is told as a lie', async () => {
  await using partner = await servedWith({});
  await using session = await openTo(partner);
  const other = { content: { sizeBytes: file.sizeBytes, seed: 2 } };
  partner.server.fault({
    on: 'RETR',
    after: 1,
    do: { kind: 'beforehand', change: () => partner.tree.put('/big.bin', other) },
  });

  expect(await proveRest(session, file)).toBe('lies');
});

it('REST that the server does not have is told as refused, and the session lives', async () => {
  await using partner = await servedWith({ restart: false });
  await using session = await openTo(partner);

  expect(await proveRest(session, file)).toBe('refused');
  expect(session.lost).toBe(false);
});

it('A file that is cut while REST is proved says nothing of REST', async () => {
  await using partner = await servedWith({});
  await using session = await openTo(partner);
  const shorter = { content: { sizeBytes: file.sizeBytes - 1000, seed: 1 } };
  partner.server.fault({
    on: 'RETR',
    do: { kind: 'beforehand', change: () => partner.tree.put('/big.bin', shorter) },
  });

  await expect(proveRest(session, file)).rejects.toMatchObject({ kind: 'changed' });
});

it('A range that brings more than is left of the file is told as a contradiction', async () => {
  await using partner = await servedWith({ restartAt: () => 0 });
  await using session = await openTo(partner);

  const reading = downloadRange(session, { ...file, offset: 2_000_000 }, everything);

  await expect(reading).rejects.toBeInstanceOf(RestContradicted);
});

it('A range whose end is missing, though the server says that all is sent, has the wrong size', async () => {
  await using partner = await servedWith({});
  await using session = await openTo(partner);
  partner.server.fault({ on: 'RETR', do: { kind: 'cut-data', afterBytes: 5000, with: 'close-notify' } });

  const reading = downloadRange(session, { ...file, offset: 2_000_000 }, everything);

  await expect(reading).rejects.toMatchObject({ kind: 'wrong-size' });
  await expect(reading).rejects.not.toBeInstanceOf(RestContradicted);
});

it('A range of a server without REST is refused as such', async () => {
  await using partner = await servedWith({ restart: false });
  await using session = await openTo(partner);

  const reading = downloadRange(session, { ...file, offset: 1 }, everything);

  await expect(reading).rejects.toBeInstanceOf(RestRefused);
});
