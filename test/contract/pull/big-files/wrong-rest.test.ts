import { expect, test } from 'vitest';
import { partSizeBytes } from '../../../../lambdas/core/plan/part-size.ts';
import { recordedReads } from '../../../../testing/ftps-server/recorded-reads.ts';
import { generatedSha256 } from '../../../../testing/ftps-server/tree/generated-content.ts';
import { useBigFileFixture } from './big-file-fixture.ts';

const partBytes = partSizeBytes(0);
let restartAt = (offset: number) => offset;
const fixture = await useBigFileFixture({
  connection: { maxConnections: 3 },
  server: { features: { restartAt: (offset) => restartAt(offset) } },
});
const { tree, server } = fixture.partner;

const deviations = [
  ['begins at the first byte whatever REST says', () => 0],
  ['truncates large offsets', (offset: number) => offset % (4 * partBytes)],
  ['begins one byte late', (offset: number) => (offset === 0 ? 0 : offset + 1)],
] as const;

test.each(deviations)('A file is read in one stream from a server that %s', async (title, deviation) => {
  restartAt = deviation;
  const content = { sizeBytes: 6 * partBytes + 100, seed: title.length };
  const path = `/files/${title}.bin`;
  tree.put(path, { content });
  const run = await fixture.plan([path]);

  const outcomes = await fixture.fetch(run);

  expect(outcomes).toMatchObject([{ kind: 'transferred' }]);
  expect(await fixture.slices(run)).toMatchObject([{ firstPart: 1, lastPart: 7, reading: 'from-start' }]);
  expect(await fixture.sha256Of(`acme${path}`)).toBe(generatedSha256(content));
});

test('A server whose REST breaks after it was proved is detected by the byte count, and none of its bytes are used', async () => {
  restartAt = (offset) => offset;
  tree.put('/files/proof.bin', { content: { sizeBytes: 6 * partBytes, seed: 60 } });
  await fixture.fetch(await fixture.plan(['/files/proof.bin']));
  const content = { sizeBytes: 5 * partBytes + 1, seed: 61 };
  tree.put('/files/later.bin', { content });
  const run = await fixture.plan(['/files/later.bin']);
  restartAt = () => 0;

  const [outcome] = await fixture.fetch(run);

  const readings = (await fixture.slices(run)).map(({ reading }) => reading);
  expect(outcome).toMatchObject({ kind: 'transferred', sizeBytes: content.sizeBytes });
  expect(outcome).toHaveProperty('note', expect.stringContaining('The transfer restarted.'));
  expect(new Set(readings)).toEqual(new Set(['from-offset', 'from-start']));
  expect(await fixture.sha256Of('acme/files/later.bin')).toBe(generatedSha256(content));
  expect(await fixture.openUploads()).toBe(0);
});

test('A file that is too slow for one stream fails, and its message names REST', async () => {
  restartAt = () => 0;
  tree.put('/files/slow.bin', { content: { sizeBytes: 6 * partBytes, seed: 70 } });
  const run = await fixture.plan(['/files/slow.bin']);
  server.fault({
    on: 'RETR',
    path: '/files/slow.bin',
    do: { kind: 'stall-data', afterBytes: 3 * partBytes },
  });

  const outcomes = await fixture.fetch(run, { totalMs: () => 3000 });

  expect(outcomes).toMatchObject([
    { kind: 'failed', error: 'deadline-exceeded', message: expect.stringContaining('REST (RFC 3659, 5)') },
  ]);
  expect(await fixture.openUploads()).toBe(0);
  expect(recordedReads(fixture.partner).filter(({ path }) => path === '/files/slow.bin').length).toBeLessThan(
    5,
  );
});
