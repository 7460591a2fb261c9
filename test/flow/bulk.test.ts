import { expect, test } from 'vitest';
import { documentNames, numbered, runFolder } from '../../lambdas/contract/run-folder.ts';
import { batchSchema } from '../../lambdas/contract/workflow.ts';
import { keysUnder, readJsonLines } from '../../lambdas/s3/documents.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';

/**
 * Invocations of 15 seconds and not of 15 minutes: 1,000 files, which one worker with eight sessions is expected to need 25 seconds
 * for, are then a large plan.
 */
const functionSeconds = 15;
const files = 1000;

const acme = await startTestPartner('acme', { connection: { maxConnections: 8 } });
const locked = await startTestPartner('locked', { connection: { maxConnections: 8 } });
const { flow, stage, largestPayload } = await startTestStage([acme, locked], { functionSeconds });

test('A large plan is shared out among workers, each file is taken once, and a second run moves nothing', async () => {
  for (let number = 0; number < files; number++) {
    acme.tree.put(`/files/${number % 10}/${number}.csv`, { content: `${number}` });
  }

  const first = await flow('acme').pull();
  const second = await flow('acme').pull();

  expect(first.exitCode).toBe(0);
  expect(first.report).toMatchObject({ status: 'succeeded', listed: files, transferred: files, failed: 0 });
  expect(second.report).toMatchObject({ status: 'succeeded', transferred: 0, skipped: files });
  const folder = runFolder({ ...first.report, runId: first.report.run });
  const batches = await Array.fromAsync(
    readJsonLines(stage.runs, `${folder}${documentNames.batches}`, batchSchema),
  );
  expect(batches.length).toBeGreaterThan(2);
  const workers = new Set<string>();
  for await (const key of keysUnder(stage.runs, `${folder}${documentNames.outcomes}0`)) {
    workers.add(key.slice(0, -numbered(0).length));
  }
  expect(workers.size).toBe(batches.length);
  expect(Object.keys(await flow('acme').visible())).toHaveLength(files);
  expect((await largestPayload()).bytes).toBeLessThan(64 * 1024);
});

test('A run whose every worker is refused the login has failed with that, and not with lost files alone', async () => {
  for (let number = 0; number < files; number++) locked.tree.put(`/files/${number}.csv`, {});
  // One directory is listed over one session; each worker has to log in anew.
  locked.server.fault({
    on: 'PASS',
    after: 1,
    do: { kind: 'reply', code: 530, text: 'Login incorrect.' },
  });

  const { exitCode, report, problem } = await flow('locked').pull();

  expect(exitCode).toBe(5);
  expect(report).toMatchObject({ status: 'failed', failed: files });
  expect(['login-refused', 'circuit-open']).toContain(problem?.fault);
});
