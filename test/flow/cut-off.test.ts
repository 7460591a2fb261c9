import { expect, test } from 'vitest';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import { keysUnder } from '../../lambdas/s3/documents.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';

/** A worker begins files for nine of its 15 seconds, and stops those under way after ten. */
const functionSeconds = 15;

const hanging = await startTestPartner('hanging');
const slow = await startTestPartner('slow', { connection: { maxConnections: 1 } });
const { flow, stage } = await startTestStage([hanging, slow], { functionSeconds });

test('A file whose transfer hangs before 226 is cut off with its worker, and the next worker takes it', async () => {
  const { tree, server } = hanging;
  tree.put('/files/stuck.csv', { content: 'stuck' }).put('/files/good.csv', { content: 'good' });
  server.fault({ on: 'RETR', path: '/files/stuck.csv', times: 1, do: { kind: 'no-final-reply' } });

  const { exitCode, outcomes } = await flow('hanging').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'good.csv': 'transferred', 'stuck.csv': 'transferred' });
  expect(await flow('hanging').visible()).toEqual({
    'good.csv': sha256('good'),
    'stuck.csv': sha256('stuck'),
  });
});

test('A worker that runs out of time is followed by others until all files are there', async () => {
  const { tree, server } = slow;
  for (let number = 1; number <= 12; number++) tree.put(`/files/${number}.csv`, { content: `${number}` });
  server.fault({ on: 'RETR', do: { kind: 'delay-final-reply', delayMs: 1000 } });

  const { exitCode, report } = await flow('slow').pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ transferred: 12, failed: 0 });
  const workers = await Array.fromAsync(
    keysUnder(stage.runs, `${runFolder({ ...report, runId: report.run })}${documentNames.outcomes}`),
  );
  expect(workers.length).toBeGreaterThan(1);
  // Over one session, each worker but the last can have cut off one file at most.
  const fetched = server.transfers.filter(({ command }) => command === 'RETR').length;
  expect(fetched).toBeGreaterThanOrEqual(12);
  expect(fetched).toBeLessThan(12 + workers.length);
});
