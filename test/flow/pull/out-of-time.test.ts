import { expect, test } from 'vitest';
import { outcomeSchema } from '../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import { flowIdSchema, makeRunId, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { type Batch, firstCursor, type Run } from '../../../lambdas/contract/workflow.ts';
import { takeLease } from '../../../lambdas/ledger/runs/lease.ts';
import { openPartners } from '../../../lambdas/partners/partners.ts';
import { listRemote } from '../../../lambdas/pull/list-remote/list-remote.ts';
import { planRun } from '../../../lambdas/pull/plan-run/plan-run.ts';
import { transferBatch } from '../../../lambdas/pull/transfer-batch/transfer-batch.ts';
import { listKeys, readJsonLines } from '../../../lambdas/s3/documents/documents.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { silentLog } from '../../support/silent-log.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { noPartnerEvents } from '../../support/test-connections.ts';
import { waitUntil } from '../../support/wait-until.ts';

const acme = await startTestPartner('acme');
const { flow, stage, stack } = await startTestStage([acme]);
const { table, runs, inbox } = stage;
const partners = openPartners(stack.outputs.PartnersPath ?? '');
const names = { partner: partnerIdSchema.parse('acme'), flow: flowIdSchema.parse('files') };

test('A file that no worker has enough time for fails after the third, and does not block others', async () => {
  acme.tree.put('/files/endless.csv', { content: 'endless' }).put('/files/good.csv', { content: 'good' });
  acme.server.fault({ on: 'RETR', path: '/files/endless.csv', do: { kind: 'no-final-reply' } });
  const { run, batch } = await plannedRun();

  const first = await transferBatch({ run, batch, cursor: firstCursor }, untilAttempt(1));
  const second = await transferBatch({ run, batch, cursor: first }, untilAttempt(2));
  const third = await transferBatch({ run, batch, cursor: second }, untilAttempt(3));

  expect([first, second, third].map(({ done }) => done)).toEqual([false, false, true]);
  expect(await outcomes(run)).toEqual(['good.csv transferred', 'endless.csv failed deadline-exceeded']);
});

async function plannedRun(): Promise<{ readonly run: Run; readonly batch: Batch }> {
  const startedAt = new Date();
  const owner = 'the test';
  const lease = await takeLease(table, { flowName: names, owner, now: startedAt, deadOwner: undefined });
  if (lease.kind !== 'taken') throw new Error('The lease is not free');
  const runId = makeRunId(startedAt, '0123abcd');
  const rest = { mode: 'run', acceptListing: false, startedAt: startedAt.toISOString() } as const;
  const run = { ...names, ...rest, runId, fence: lease.fence, owner, redriveCount: 0 };
  await listRemote({ run, cursor: firstCursor }, invocation());
  const { batch } = await planRun({ run, cursor: firstCursor }, invocation());
  if (batch === undefined) throw new Error('The plan has no batch');
  return { run, batch };
}

/** An invocation whose time is up once the good file is recorded and the other one hangs for the nth time. */
function untilAttempt(attempts: number) {
  const timeIsUp = new AbortController();
  const check = async () => countAttempts() === attempts && (await flow('acme').entries()).length > 0;
  void waitUntil({ what: `attempt ${attempts} hangs`, check }).finally(() => timeIsUp.abort());
  return invocation(timeIsUp.signal);
}

function countAttempts(): number {
  const { log } = acme.server;
  return log.filter(({ command, argument }) => command === 'RETR' && argument.endsWith('endless.csv')).length;
}

function invocation(signal = new AbortController().signal) {
  const deadline = { remainingMs: () => 100_000, totalMs: 100_000, signal, clear: () => undefined };
  return {
    ...partners,
    table,
    runs,
    inbox,
    now: () => new Date(),
    deadline,
    log: silentLog,
    partnerEvents: noPartnerEvents,
  };
}

async function outcomes(run: Run): Promise<string[]> {
  const all: string[] = [];
  for await (const key of listKeys(runs, `${runFolder(run)}${documentNames.outcomes}`)) {
    for await (const outcome of readJsonLines(runs, key, outcomeSchema)) {
      const error = outcome.kind === 'failed' ? ` ${outcome.error}` : '';
      all.push(`${outcome.path.replace('/files/', '')} ${outcome.kind}${error}`);
    }
  }
  return all;
}
