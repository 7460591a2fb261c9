import { expect, test } from 'vitest';
import { partSizeBytes } from '../../../lambdas/s3/part-size.ts';
import { generatedSha256 } from '../../support/ftps-server/generated-content.ts';
import { readsOf } from '../../support/ftps-server/seen-reads.ts';
import { useBigFileStage } from './big-file-stage.ts';

const partBytes = partSizeBytes(0);
const wrongCrc = { kind: 'reply', code: 250, text: 'DEADBEEF' } as const;
const stage = await useBigFileStage({
  connection: { maxConnections: 3 },
  server: { features: { hashes: ['XCRC'] } },
});
const { tree, server } = stage.partner;

test('A big file is there whole, its CRC-32 the same as the server computes, and no upload is left open', async () => {
  const content = { sizeBytes: 5 * partBytes + 17, seed: 1 };
  tree.put('/files/a.bin', { content });
  const run = await stage.plan(['/files/a.bin']);

  const outcomes = await stage.fetch(run);

  expect(outcomes).toMatchObject([
    { kind: 'transferred', path: '/files/a.bin', sizeBytes: content.sizeBytes, verification: 'crc32' },
  ]);
  expect(await stage.sha256Of('acme/files/a.bin')).toBe(generatedSha256(content));
  expect(await stage.openUploads()).toBe(0);
});

test('A file that is fetched over several sessions is read by each of them from its own offset', async () => {
  tree.put('/files/shared.bin', { content: { sizeBytes: 12 * partBytes, seed: 2 } });
  const run = await stage.plan(['/files/shared.bin']);

  await stage.fetch(run);

  const offsets = (await stage.slices(run)).map(({ firstPart, lastPart }) => [firstPart, lastPart]);
  const read = readsOf(stage.partner).filter(({ path }) => path === '/files/shared.bin');
  expect(offsets).toEqual([
    [1, 4],
    [5, 8],
    [9, 12],
  ]);
  expect(read.map(({ offset }) => offset)).toEqual(expect.arrayContaining([0, 4 * partBytes, 8 * partBytes]));
});

test('A file that changes while it is fetched is begun anew, and the outcome says so', async () => {
  const after = { sizeBytes: 6 * partBytes + 5, seed: 4 };
  tree.put('/files/changing.bin', { content: { sizeBytes: 6 * partBytes, seed: 3 } });
  const run = await stage.plan(['/files/changing.bin']);
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

  const [outcome] = await stage.fetch(run);

  expect(outcome).toMatchObject({ kind: 'transferred', sizeBytes: after.sizeBytes });
  expect(outcome).toHaveProperty(
    'note',
    expect.stringMatching(/^While it was fetched it changed: .* begun anew/),
  );
  expect(await stage.sha256Of('acme/files/changing.bin')).toBe(generatedSha256(after));
  expect(await stage.openUploads()).toBe(0);
});

test('A file that changes again and again fails as changed, and leaves nothing behind', async () => {
  let seed = 10;
  const change = () => {
    seed += 1;
    tree.put('/files/restless.bin', { content: { sizeBytes: 6 * partBytes + seed, seed } });
  };
  change();
  const run = await stage.plan(['/files/restless.bin']);

  const outcomes = await stage.fetch(run, { totalMs: () => 900_000, beforeSlices: async () => change() });

  expect(outcomes).toMatchObject([{ kind: 'failed', fault: 'changed' }]);
  expect(await stage.openUploads()).toBe(0);
});

test('What is left of a file that fails is kept, and the next run fetches only what is missing', async () => {
  const content = { sizeBytes: 9 * partBytes, seed: 20 };
  tree.put('/files/kept.bin', { content });
  const first = await stage.plan(['/files/kept.bin']);
  // The two reads of the proof, or none where it was made before, and the first slices pass.
  const mend = server.fault({
    on: 'RETR',
    path: '/files/kept.bin',
    after: 2,
    do: { kind: 'reply', code: 451, text: 'Disk trouble.' },
  });

  const failed = await stage.fetch(first);
  const openBetween = await stage.openUploads();
  mend();
  const readBefore = readsOf(stage.partner).length;
  const taken = await stage.fetch(await stage.plan(['/files/kept.bin']));

  const again = readsOf(stage.partner).slice(readBefore);
  expect(failed).toMatchObject([{ kind: 'failed', fault: 'unavailable' }]);
  expect(openBetween).toBe(1);
  expect(taken).toMatchObject([{ kind: 'transferred' }]);
  expect(Math.min(...again.map(({ offset }) => offset))).toBeGreaterThan(0);
  expect(await stage.sha256Of('acme/files/kept.bin')).toBe(generatedSha256(content));
  expect(await stage.openUploads()).toBe(0);
});

test('An object that was published and not recorded is adopted by whoever comes next', async () => {
  tree.put('/files/adopted.bin', { content: { sizeBytes: 3 * partBytes, seed: 30 } });
  await stage.fetch(await stage.plan(['/files/adopted.bin']));
  const readBefore = readsOf(stage.partner).length;

  const outcomes = await stage.fetch(await stage.plan(['/files/adopted.bin']));

  expect(outcomes).toMatchObject([{ kind: 'transferred', verification: 'adopted' }]);
  expect(readsOf(stage.partner)).toHaveLength(readBefore);
});

test('A file whose CRC-32 the server computes otherwise is fetched once more, and then fails', async () => {
  tree.put('/files/wrong.bin', { content: { sizeBytes: 2 * partBytes, seed: 40 } });
  const run = await stage.plan(['/files/wrong.bin']);
  server.fault({ on: 'XCRC', path: '/files/wrong.bin', do: wrongCrc });

  const outcomes = await stage.fetch(run);

  expect(outcomes).toMatchObject([
    { kind: 'failed', fault: 'wrong-size', message: expect.stringContaining('the server computes deadbeef') },
  ]);
  expect(await stage.openUploads()).toBe(0);
});

test('A file that the partner takes away meanwhile fails as gone, and leaves nothing behind', async () => {
  tree.put('/files/leaving.bin', { content: { sizeBytes: 6 * partBytes, seed: 50 } });
  const run = await stage.plan(['/files/leaving.bin']);

  const outcomes = await stage.fetch(run, {
    totalMs: () => 900_000,
    beforeSlices: async () => void tree.delete('/files/leaving.bin'),
  });

  expect(outcomes).toMatchObject([{ kind: 'failed', fault: 'gone' }]);
  expect(await stage.openUploads()).toBe(0);
});
