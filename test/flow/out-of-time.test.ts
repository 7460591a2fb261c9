import { expect, test } from 'vitest';
import { flowIdSchema, makeRunId, partnerIdSchema } from '../../lambdas/contract/ids.ts';
import { outcomeSchema } from '../../lambdas/contract/outcome-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import { type Batch, firstCursor, type Run } from '../../lambdas/contract/workflow.ts';
import { takeLease } from '../../lambdas/ledger/lease.ts';
import { openPartners } from '../../lambdas/partners/partners.ts';
import { listRemote } from '../../lambdas/pull/list-remote.ts';
import { planRun } from '../../lambdas/pull/plan-run.ts';
import { transferBatch } from '../../lambdas/pull/transfer-batch.ts';
import { keysUnder, readJsonLines } from '../../lambdas/s3/documents.ts';
import { silentLog } from '../support/silent-log.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';
import { tellNobody } from '../support/test-connections.ts';

const acme = await startTestPartner('acme');
const { stage, stack } = await startTestStage([acme]);
const { table, runs, inbox } = stage;
const partners = openPartners(stack.outputs.PartnersPath ?? '');
const names = { partner: partnerIdSchema.parse('acme'), flow: flowIdSchema.parse('files') };

test('A file that no worker has enough time for is failed after the third, and keeps no other waiting', async () => {
  acme.tree.put('/files/endless.csv', { content: 'endless' }).put('/files/good.csv', { content: 'good' });
  acme.server.fault({ on: 'RETR', path: '/files/endless.csv', do: { kind: 'no-final-reply' } });
  const { run, batch } = await plannedRun();

  const first = await transferBatch({ run, batch, cursor: firstCursor }, hurried());
  const second = await transferBatch({ run, batch, cursor: first }, hurried());
  const third = await transferBatch({ run, batch, cursor: second }, hurried());

  expect([first, second, third].map(({ done }) => done)).toEqual([false, false, true]);
  expect(await outcomes(run)).toEqual(['good.csv transferred', 'endless.csv failed out-of-time']);
});

async function plannedRun(): Promise<{ readonly run: Run; readonly batch: Batch }> {
  const startedAt = new Date();
  const owner = 'the test';
  const lease = await takeLease(table, { flowName: names, owner, now: startedAt, deadOwner: undefined });
  if (lease.kind !== 'taken') throw new Error('The lease is not free');
  const runId = makeRunId(startedAt, '0123abcd');
  const rest = { mode: 'run', acceptListing: false, startedAt: startedAt.toISOString() } as const;
  const run = { ...names, ...rest, runId, fence: lease.fence, owner, redriveCount: 0 };
  await listRemote({ run, cursor: firstCursor }, hurried());
  const { batch } = await planRun({ run, cursor: firstCursor }, hurried());
  if (batch === undefined) throw new Error('The plan has no batch');
  return { run, batch };
}

/** An invocation whose time is up after a second. */
function hurried() {
  const deadline = {
    remainingMs: () => 100_000,
    totalMs: 100_000,
    signal: AbortSignal.timeout(1000),
    clear: () => undefined,
  };
  const tellCircuitOpened = async () => undefined;
  const tells = { tellCircuitOpened, tellOfServer: tellNobody };
  return { ...partners, table, runs, inbox, now: () => new Date(), deadline, log: silentLog, ...tells };
}

async function outcomes(run: Run): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keysUnder(runs, `${runFolder(run)}${documentNames.outcomes}`)) {
    for await (const outcome of readJsonLines(runs, key, outcomeSchema)) {
      const fault = outcome.kind === 'failed' ? ` ${outcome.fault}` : '';
      all.push(`${outcome.path.replace('/files/', '')} ${outcome.kind}${fault}`);
    }
  }
  return all;
}
