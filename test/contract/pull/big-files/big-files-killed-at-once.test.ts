import { test } from 'vitest';
import { mebibyte, useBigFileFixture } from './big-file-fixture.ts';
import { expectCompleteDespiteKills } from './expect-complete-despite-kills.ts';

const fixture = await useBigFileFixture({ connection: { maxConnections: 4 } });

test('A file is complete though its functions are short and killed at random moments, over four connections', async () => {
  await expectCompleteDespiteKills(fixture, { sizeBytes: 130 * mebibyte + 12_345, kills: 2, seed: 2027 });
});
