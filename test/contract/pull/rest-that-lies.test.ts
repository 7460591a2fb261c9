import { expect, test } from 'vitest';
import { partSizeBytes } from '../../../lambdas/s3/part-size.ts';
import { generatedSha256 } from '../../support/ftps-server/generated-content.ts';
import { readsOf } from '../../support/ftps-server/seen-reads.ts';
import { useBigFileStage } from './big-file-stage.ts';

const partBytes = partSizeBytes(0);
let restartAt = (offset: number) => offset;
const stage = await useBigFileStage({
  connection: { maxConnections: 3 },
  server: { features: { restartAt: (offset) => restartAt(offset) } },
});
const { tree, server } = stage.partner;

const lies = [
  ['begins at the first byte whatever it was told', () => 0],
  ['cuts offsets to so many bits', (offset: number) => offset % (4 * partBytes)],
  ['begins a byte too late', (offset: number) => (offset === 0 ? 0 : offset + 1)],
] as const;

test.each(lies)('A server that %s is asked for the whole file in one stream', async (title, lie) => {
  restartAt = lie;
  const content = { sizeBytes: 6 * partBytes + 100, seed: title.length };
  const path = `/files/${title}.bin`;
  tree.put(path, { content });
  const run = await stage.plan([path]);

  const outcomes = await stage.fetch(run);

  expect(outcomes).toMatchObject([{ kind: 'transferred' }]);
  expect(await stage.slices(run)).toMatchObject([{ firstPart: 1, lastPart: 7, reading: 'from-start' }]);
  expect(await stage.sha256Of(`acme${path}`)).toBe(generatedSha256(content));
});

test('REST that was proved and lies later is found out by its count, and nothing of what it sent is used', async () => {
  restartAt = (offset) => offset;
  tree.put('/files/proof.bin', { content: { sizeBytes: 6 * partBytes, seed: 60 } });
  await stage.fetch(await stage.plan(['/files/proof.bin']));
  const content = { sizeBytes: 5 * partBytes + 1, seed: 61 };
  tree.put('/files/later.bin', { content });
  const run = await stage.plan(['/files/later.bin']);
  restartAt = () => 0;

  const [outcome] = await stage.fetch(run);

  const readings = (await stage.slices(run)).map(({ reading }) => reading);
  expect(outcome).toMatchObject({ kind: 'transferred', sizeBytes: content.sizeBytes });
  expect(outcome).toHaveProperty('note', expect.stringContaining('begun anew'));
  expect(new Set(readings)).toEqual(new Set(['from-offset', 'from-start']));
  expect(await stage.sha256Of('acme/files/later.bin')).toBe(generatedSha256(content));
  expect(await stage.openUploads()).toBe(0);
});

test('A file that one stream does not bring in time fails with the name of what the server lacks', async () => {
  restartAt = () => 0;
  tree.put('/files/slow.bin', { content: { sizeBytes: 6 * partBytes, seed: 70 } });
  const run = await stage.plan(['/files/slow.bin']);
  server.fault({
    on: 'RETR',
    path: '/files/slow.bin',
    do: { kind: 'stall-data', afterBytes: 3 * partBytes },
  });

  const outcomes = await stage.fetch(run, { totalMs: () => 3000 });

  expect(outcomes).toMatchObject([
    { kind: 'failed', fault: 'out-of-time', message: expect.stringContaining('REST (RFC 3659, 5)') },
  ]);
  expect(await stage.openUploads()).toBe(0);
  expect(readsOf(stage.partner).filter(({ path }) => path === '/files/slow.bin').length).toBeLessThan(5);
});
