import { expect, test } from 'vitest';
import { partSizeBytes } from '../../../../lambdas/core/plan/part-size.ts';
import { recordedReads } from '../../../../testing/ftps-server/recorded-reads.ts';
import { generatedSha256 } from '../../../../testing/ftps-server/tree/generated-content.ts';
import { useBigFileFixture } from './big-file-fixture.ts';

const partBytes = partSizeBytes(0);
const wrongCrc = { kind: 'reply', code: 250, text: 'DEADBEEF' } as const;
const fixture = await useBigFileFixture({
  connection: { maxConnections: 3 },
  server: { features: { hashes: ['XCRC'] } },
});
const { tree, server } = fixture.partner;

test('A big file arrives complete, verified by the CRC-32 of the server, and leaves no upload open', async () => {
  const content = { sizeBytes: 5 * partBytes + 17, seed: 1 };
  tree.put('/files/a.bin', { content });
  const run = await fixture.plan(['/files/a.bin']);

  const outcomes = await fixture.fetch(run);

  expect(outcomes).toMatchObject([
    { kind: 'transferred', path: '/files/a.bin', sizeBytes: content.sizeBytes, verification: 'crc32' },
  ]);
  expect(await fixture.sha256Of('acme/files/a.bin')).toBe(generatedSha256(content));
  expect(await fixture.openUploads()).toBe(0);
});

test('Each session reads its slice of a file from its own offset', async () => {
  tree.put('/files/shared.bin', { content: { sizeBytes: 12 * partBytes, seed: 2 } });
  const run = await fixture.plan(['/files/shared.bin']);

  await fixture.fetch(run);

  const offsets = (await fixture.slices(run)).map(({ firstPart, lastPart }) => [firstPart, lastPart]);
  const read = recordedReads(fixture.partner).filter(({ path }) => path === '/files/shared.bin');
  expect(offsets).toEqual([
    [1, 4],
    [5, 8],
    [9, 12],
  ]);
  expect(read.map(({ offset }) => offset)).toEqual(expect.arrayContaining([0, 4 * partBytes, 8 * partBytes]));
});

test('A file that changes during the transfer restarts, and its outcome says so', async () => {
  const after = { sizeBytes: 6 * partBytes + 5, seed: 4 };
  tree.put('/files/changing.bin', { content: { sizeBytes: 6 * partBytes, seed: 3 } });
  const run = await fixture.plan(['/files/changing.bin']);
  server.fault({
    on: 'RETR',
    path: '/files/changing.bin',
    times: 1,
    do: {
      kind: 'meanwhile',
      afterBytes: partBytes,
      change: () => tree.put('/files/changing.bin', { content: after }),
    },
  });

  const [outcome] = await fixture.fetch(run);

  expect(outcome).toMatchObject({ kind: 'transferred', sizeBytes: after.sizeBytes });
  expect(outcome).toHaveProperty(
    'note',
    expect.stringMatching(/^The file changed during the transfer: .* The transfer restarted\.$/),
  );
  expect(await fixture.sha256Of('acme/files/changing.bin')).toBe(generatedSha256(after));
  expect(await fixture.openUploads()).toBe(0);
});

test('A file that changes again and again fails as changed, and leaves no upload open', async () => {
  let seed = 10;
  const change = () => {
    seed += 1;
    tree.put('/files/restless.bin', { content: { sizeBytes: 6 * partBytes + seed, seed } });
  };
  change();
  const run = await fixture.plan(['/files/restless.bin']);

  const outcomes = await fixture.fetch(run, { totalMs: () => 900_000, beforeSlices: async () => change() });

  expect(outcomes).toMatchObject([{ kind: 'failed', error: 'changed' }]);
  expect(await fixture.openUploads()).toBe(0);
});

test('The parts of a file that fails are kept, and the next run fetches only the missing ones', async () => {
  const content = { sizeBytes: 9 * partBytes, seed: 20 };
  tree.put('/files/kept.bin', { content });
  const first = await fixture.plan(['/files/kept.bin']);
  // The two reads of the proof, or none where it was made before, and the first slices pass.
  const mend = server.fault({
    on: 'RETR',
    path: '/files/kept.bin',
    after: 2,
    do: { kind: 'reply', code: 451, text: 'Disk trouble.' },
  });

  const failed = await fixture.fetch(first);
  const openBetween = await fixture.openUploads();
  mend();
  const readBefore = recordedReads(fixture.partner).length;
  const transferred = await fixture.fetch(await fixture.plan(['/files/kept.bin']));

  const retried = recordedReads(fixture.partner).slice(readBefore);
  expect(failed).toMatchObject([{ kind: 'failed', error: 'unavailable' }]);
  expect(openBetween).toBe(1);
  expect(transferred).toMatchObject([{ kind: 'transferred' }]);
  expect(Math.min(...retried.map(({ offset }) => offset))).toBeGreaterThan(0);
  expect(await fixture.sha256Of('acme/files/kept.bin')).toBe(generatedSha256(content));
  expect(await fixture.openUploads()).toBe(0);
});

test('The next run adopts an object that was published and not recorded', async () => {
  tree.put('/files/adopted.bin', { content: { sizeBytes: 3 * partBytes, seed: 30 } });
  await fixture.fetch(await fixture.plan(['/files/adopted.bin']));
  const readBefore = recordedReads(fixture.partner).length;

  const outcomes = await fixture.fetch(await fixture.plan(['/files/adopted.bin']));

  expect(outcomes).toMatchObject([{ kind: 'transferred', verification: 'adopted' }]);
  expect(recordedReads(fixture.partner)).toHaveLength(readBefore);
});

test('A file whose CRC-32 differs from that of the server restarts once, and then fails', async () => {
  tree.put('/files/wrong.bin', { content: { sizeBytes: 2 * partBytes, seed: 40 } });
  const run = await fixture.plan(['/files/wrong.bin']);
  server.fault({ on: 'XCRC', path: '/files/wrong.bin', do: wrongCrc });

  const outcomes = await fixture.fetch(run);

  expect(outcomes).toMatchObject([
    { kind: 'failed', error: 'wrong-size', message: expect.stringContaining('the server computes deadbeef') },
  ]);
  expect(await fixture.openUploads()).toBe(0);
});

test('A file that is removed during the transfer fails as gone, and leaves no upload open', async () => {
  tree.put('/files/leaving.bin', { content: { sizeBytes: 6 * partBytes, seed: 50 } });
  const run = await fixture.plan(['/files/leaving.bin']);

  const outcomes = await fixture.fetch(run, {
    totalMs: () => 900_000,
    beforeSlices: async () => void tree.delete('/files/leaving.bin'),
  });

  expect(outcomes).toMatchObject([{ kind: 'failed', error: 'gone' }]);
  expect(await fixture.openUploads()).toBe(0);
});
