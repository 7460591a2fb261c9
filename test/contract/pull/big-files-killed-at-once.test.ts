import { test } from 'vitest';
import { mebibyte, useBigFileStage } from './big-file-stage.ts';
import { expectWholeDespiteKills } from './killed-run.ts';

const stage = await useBigFileStage({ connection: { maxConnections: 4 } });

test('A file survives functions that are short and killed at any moment, over four connections', async () => {
  await expectWholeDespiteKills(stage, { sizeBytes: 130 * mebibyte + 12_345, kills: 2, seed: 2027 });
}, 600_000);
