import { expect, test } from 'vitest';
import { documentNames, numbered, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import { batchSchema } from '../../../lambdas/contract/workflow.ts';
import { listKeys, readJsonLines } from '../../../lambdas/s3/documents/documents.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

/**
 * 15 seconds instead of 15 minutes. One worker with eight sessions is expected to need 25 seconds for 1,000
 * files, so the plan takes the bulk route.
 */
const functionSeconds = 15;
const files = 1000;

const acme = await startTestPartner('acme', { connection: { maxConnections: 8 } });
const locked = await startTestPartner('locked', { connection: { maxConnections: 8 } });
const { flow, stage, largestPayload } = await startTestStage([acme, locked], { functionSeconds });

test('Workers share a large plan and transfer each file once, and a second run transfers nothing', async () => {
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
  for await (const key of listKeys(stage.runs, `${folder}${documentNames.outcomes}0`)) {
    workers.add(key.slice(0, -numbered(0).length));
  }
  expect(workers.size).toBe(batches.length);
  expect(Object.keys(await flow('acme').visible())).toHaveLength(files);
  expect((await largestPayload()).bytes).toBeLessThan(64 * 1024);
});

test('A run fails with login-refused when every worker is refused, not only with lost files', async () => {
  for (let number = 0; number < files; number++) locked.tree.put(`/files/${number}.csv`, {});
  // Listing one directory takes one login. Each worker logs in again.
  locked.server.fault({
    on: 'PASS',
    after: 1,
    do: { kind: 'reply', code: 530, text: 'Login incorrect.' },
  });

  const { exitCode, report, cause } = await flow('locked').pull();

  expect(exitCode).toBe(5);
  expect(report).toMatchObject({ status: 'failed', failed: files });
  expect(['login-refused', 'circuit-open']).toContain(cause?.error);
});
