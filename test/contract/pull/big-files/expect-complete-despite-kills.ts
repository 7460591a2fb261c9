import { expect } from 'vitest';
import { partSizeBytes } from '../../../../lambdas/core/plan/part-size.ts';
import { recordedReads } from '../../../../testing/ftps-server/recorded-reads.ts';
import { generatedSha256 } from '../../../../testing/ftps-server/tree/generated-content.ts';
import type { BigFileFixture, Limits } from './big-file-fixture.ts';

const partBytes = partSizeBytes(0);

export interface KilledRun {
  readonly sizeBytes: number;
  /** How many functions are killed. */
  readonly kills: number;
  /** Seed of the moments of the kills. */
  readonly seed: number;
}

/**
 * Fetches a big file with short functions, some of which are killed. Expects a complete object, no part
 * fetched more than twice, and no open upload.
 */
export async function expectCompleteDespiteKills(
  fixture: BigFileFixture,
  { sizeBytes, kills, seed }: KilledRun,
): Promise<void> {
  const content = { sizeBytes, seed };
  fixture.partner.tree.put('/files/huge.bin', { content });
  const run = await fixture.plan(['/files/huge.bin']);
  const kill = killRandomly(fixture, { kills, seed });

  const outcomes = await fixture.fetch(run, kill.limits);

  expect(outcomes).toMatchObject([{ kind: 'transferred', sizeBytes }]);
  expect(kill.killed()).toBe(kills);
  expect(await fixture.sha256Of('acme/files/huge.bin')).toBe(generatedSha256(content));
  expect(Math.max(...timesFetched(fixture, sizeBytes))).toBeLessThanOrEqual(2);
  expect(await fixture.openUploads()).toBe(0);
}

/**
 * Invocations of a few seconds, some of which are killed: each after a random number of bytes since the last
 * kill, which is more than what is in transit at any time.
 */
function killRandomly(
  fixture: BigFileFixture,
  { kills, seed }: Pick<KilledRun, 'kills' | 'seed'>,
): { readonly limits: Limits; readonly killed: () => number } {
  const random = seededRandom(seed);
  let left = kills;
  let at = (1 + 4 * random()) * partBytes;
  const killer = async (isOver: () => boolean): Promise<'killed' | 'spared'> => {
    while (sentBytes(fixture) < at) {
      if (isOver() || left === 0) return 'spared';
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (isOver() || left === 0) return 'spared';
    left -= 1;
    at = sentBytes(fixture) + (4 + 3 * random()) * partBytes;
    return 'killed';
  };
  return {
    limits: { totalMs: () => 6000 + 4000 * random(), killer },
    killed: () => kills - left,
  };
}

function sentBytes({ partner }: BigFileFixture): number {
  return partner.server.transfers.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** For each part, how many transfers brought all of it. */
function timesFetched({ partner }: BigFileFixture, sizeBytes: number): number[] {
  const parts = Math.ceil(sizeBytes / partBytes);
  const reads = recordedReads(partner);
  return Array.from({ length: parts }, (_, index) => {
    const [start, end] = [index * partBytes, Math.min(sizeBytes, (index + 1) * partBytes)];
    return reads.filter(({ offset, bytes }) => offset <= start && offset + bytes >= end).length;
  });
}

/** Mulberry32: equal seeds give equal numbers. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
