import { expect, test } from 'vitest';
import { documentNames, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import { listKeys } from '../../../lambdas/s3/documents/documents.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

/** A worker starts transfers during the first nine of its 15 seconds, and aborts them after ten. */
const functionSeconds = 15;

const hanging = await startTestPartner('hanging');
const slow = await startTestPartner('slow', { connection: { maxConnections: 1 } });
const { flow, stage } = await startTestStage([hanging, slow], { functionSeconds });

test('A transfer that hangs before 226 ends with its worker, and the next worker transfers the file', async () => {
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

test('Workers that run out of time are followed by others until all files are transferred', async () => {
  const { tree, server } = slow;
  for (let number = 1; number <= 12; number++) tree.put(`/files/${number}.csv`, { content: `${number}` });
  server.fault({ on: 'RETR', do: { kind: 'delay-final-reply', delayMs: 1000 } });

  const { exitCode, report } = await flow('slow').pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ transferred: 12, failed: 0 });
  const workers = await Array.fromAsync(
    listKeys(stage.runs, `${runFolder({ ...report, runId: report.run })}${documentNames.outcomes}`),
  );
  expect(workers.length).toBeGreaterThan(1);
  // With one session, each worker but the last aborts at most one file.
  const fetched = server.transfers.filter(({ command }) => command === 'RETR').length;
  expect(fetched).toBeGreaterThanOrEqual(12);
  expect(fetched).toBeLessThan(12 + workers.length);
});
