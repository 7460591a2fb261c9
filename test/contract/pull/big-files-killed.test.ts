import { test } from 'vitest';
import { mebibyte, useBigFileStage } from './big-file-stage.ts';
import { expectWholeDespiteKills } from './killed-run.ts';

const stage = await useBigFileStage({ connection: { maxConnections: 1 } });

test('A file survives functions that are short and killed at any moment, over one connection', async () => {
  await expectWholeDespiteKills(stage, { sizeBytes: 124 * mebibyte + 12_345, kills: 3, seed: 2026 });
}, 600_000);
