import { expect } from 'vitest';
import { partSizeBytes } from '../../../lambdas/s3/part-size.ts';
import { generatedSha256 } from '../../support/ftps-server/generated-content.ts';
import { readsOf } from '../../support/ftps-server/seen-reads.ts';
import type { BigFileStage, Limits } from './big-file-stage.ts';

const partBytes = partSizeBytes(0);

export interface KilledRun {
  readonly sizeBytes: number;
  /** How many functions are killed. */
  readonly kills: number;
  /** Of the moments at which they are. */
  readonly seed: number;
}

/**
 * Fetches a big file with short functions, some of which are killed, and expects the object whole, every part fetched twice at
 * the most, and nothing left open.
 */
export async function expectWholeDespiteKills(
  stage: BigFileStage,
  { sizeBytes, kills, seed }: KilledRun,
): Promise<void> {
  const content = { sizeBytes, seed };
  stage.partner.tree.put('/files/huge.bin', { content });
  const run = await stage.plan(['/files/huge.bin']);
  const death = killing(stage, { kills, seed });

  const outcomes = await stage.fetch(run, death.limits);

  expect(outcomes).toMatchObject([{ kind: 'transferred', sizeBytes }]);
  expect(death.killed()).toBe(kills);
  expect(await stage.sha256Of('acme/files/huge.bin')).toBe(generatedSha256(content));
  expect(Math.max(...timesFetched(stage, sizeBytes))).toBeLessThanOrEqual(2);
  expect(await stage.openUploads()).toBe(0);
}

/**
 * Invocations of a few seconds, of which some are killed: after a random number of bytes from the one before, so that between
 * two of them more comes than is on its way at any time.
 */
function killing(
  stage: BigFileStage,
  { kills, seed }: Pick<KilledRun, 'kills' | 'seed'>,
): { readonly limits: Limits; readonly killed: () => number } {
  const random = seededRandom(seed);
  let left = kills;
  let at = (1 + 4 * random()) * partBytes;
  const killer = async (isOver: () => boolean): Promise<'killed' | 'spared'> => {
    while (sentBytes(stage) < at) {
      if (isOver() || left === 0) return 'spared';
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (isOver() || left === 0) return 'spared';
    left -= 1;
    at = sentBytes(stage) + (4 + 3 * random()) * partBytes;
    return 'killed';
  };
  return {
    limits: { totalMs: () => 6000 + 4000 * random(), killer },
    killed: () => kills - left,
  };
}

function sentBytes({ partner }: BigFileStage): number {
  return partner.server.transfers.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** For each part, how often a transfer brought all of it. */
function timesFetched({ partner }: BigFileStage, sizeBytes: number): number[] {
  const parts = Math.ceil(sizeBytes / partBytes);
  const reads = readsOf(partner);
  return Array.from({ length: parts }, (_, index) => {
    const [start, end] = [index * partBytes, Math.min(sizeBytes, (index + 1) * partBytes)];
    return reads.filter(({ offset, bytes }) => offset <= start && offset + bytes >= end).length;
  });
}

/** Mulberry32: the same numbers for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
