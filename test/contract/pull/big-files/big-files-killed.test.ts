import { test } from 'vitest';
import { mebibyte, useBigFileFixture } from './big-file-fixture.ts';
import { expectCompleteDespiteKills } from './expect-complete-despite-kills.ts';

const fixture = await useBigFileFixture({ connection: { maxConnections: 1 } });

test('A file is complete though its functions are short and killed at random moments, over one connection', async () => {
  await expectCompleteDespiteKills(fixture, { sizeBytes: 124 * mebibyte + 12_345, kills: 3, seed: 2026 });
});
