import { expect, test } from 'vitest';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const files = 12;
const dying = await startTestPartner('dying', { connection: { maxConnections: 1 } });
const { flow } = await startTestStage([dying]);

test('A run whose partner dies reports the files that arrived before, and those that it did not reach', async () => {
  for (let number = 1; number <= files; number++) dying.tree.put(`/files/${number}.csv`, { content: 'c' });
  dying.server.fault({
    on: 'RETR',
    after: 7,
    do: { kind: 'beforehand', change: () => dying.server.close() },
  });

  const run = await flow('dying', 'files').pull();

  const visible = Object.keys(await flow('dying', 'files').visible());
  const { status, listed = 0, transferred = 0, failed = 0, notReached = 0 } = run.report ?? {};
  expect(status).toBe('failed');
  expect(transferred).toBe(visible.length);
  expect(transferred).toBeGreaterThanOrEqual(7);
  expect([listed, transferred + failed + notReached]).toEqual([files, files]);
});
