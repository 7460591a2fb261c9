import { expect, it } from 'vitest';
import { openIssues } from '../../../lambdas/ledger/alerts/attention.ts';
import { readOpenAlerts } from '../../../lambdas/ledger/alerts/open-alerts.ts';
import { type FlowName, unscoped } from '../../../lambdas/ledger/keys.ts';
import { unknownFlow } from '../../../lambdas/ledger/runs/flow-state.ts';
import type { AlertEvent } from '../../../lambdas/monitor/alert.ts';
import {
  findFailedReconciles,
  flowPath,
  moveReconcileSearch,
  reportFailedReconcile,
} from '../../../lambdas/monitor/failed-reconciles.ts';
import type { ExecutionEnd, FailedSince } from '../../../lambdas/runtime/executions.ts';
import { newFlow, useTable } from '../ledger/test-table.ts';

const ledger = useTable();
const scope = { partner: unscoped, flow: unscoped } as const;
const at = (time: string) => new Date(`2026-11-20T${time}:00Z`);

/** A reconcile as Step Functions describes it. */
interface Ended {
  readonly startedAt: Date;
  readonly end: ExecutionEnd | undefined;
}

function ended(name: object, startedAt: Date, changes: Partial<ExecutionEnd> = {}): Ended {
  const end = { status: 'ABORTED', error: '', cause: '', endedAt: startedAt, ...changes } as const;
  return { startedAt, end: { ...end, input: JSON.stringify(name) } };
}

/** @returns the failed reconciles found at `now`, and since when Step Functions was asked for them. */
async function find(all: readonly Ended[], now: Date, isEachChecked = true) {
  const asked: FailedSince[] = [];
  const before = await readOpenAlerts(ledger.table, scope);
  const found = await findFailedReconciles(
    { before },
    {
      now: () => now,
      executionEnd: async (arn) => all[Number(arn)]?.end,
      async *failedReconciles(since) {
        asked.push(since);
        for (const [index, { startedAt }] of all.entries()) {
          yield { executionArn: String(index), startedAt, endedAt: startedAt };
        }
      },
    },
  );
  await moveReconcileSearch({ scope, before }, { table: ledger.table, checkedAt: now, isEachChecked });
  return { found, asked };
}

async function report(
  name: FlowName,
  failed: Ended | undefined,
  lastEndedAt?: Date,
): Promise<readonly AlertEvent[]> {
  const published: AlertEvent[] = [];
  const end = failed?.end;
  await reportFailedReconcile(
    {
      name,
      state: { ...unknownFlow, lastEndedAt },
      failed: failed === undefined || end === undefined ? undefined : { startedAt: failed.startedAt, end },
    },
    await readOpenAlerts(ledger.table, name),
    { table: ledger.table, publishEvent: async (event) => void published.push(event) },
  );
  return published;
}

async function openErrors({ partner, flow }: FlowName): Promise<readonly string[]> {
  const all = await Array.fromAsync(openIssues(ledger.table));
  return all.filter((issue) => issue.partner === partner && issue.flow === flow).map(({ error }) => error);
}

it('finds the last failed reconcile of each flow, and none that was redriven or names no flow', async () => {
  const name = newFlow();
  const all = [
    ended(name, at('02:00')),
    ended(name, at('03:00'), { status: 'TIMED_OUT' }),
    { startedAt: at('03:00'), end: undefined },
    ended({ partner: 'Not an id!' }, at('03:00')),
  ];

  const { found } = await find(all, at('04:00'));

  expect([...found.keys()]).toEqual([flowPath(name)]);
  expect(found.get(flowPath(name))).toMatchObject({ startedAt: at('03:00'), end: { status: 'TIMED_OUT' } });
});

it('asks for what ended since the last check, and started up to a day before that', async () => {
  await find([], at('05:00'));
  const soon = await find([], at('05:05'));

  const late = await find([], at('09:00'));
  const after = await find([], at('09:05'));

  const requests = [soon, late, after].flatMap(({ asked }) => asked);
  expect(requests.map((since) => since.earliestEnd)).toEqual([at('04:50'), at('04:50'), at('08:50')]);
  expect(requests[0]?.earliestStart).toEqual(new Date('2026-11-19T04:50:00Z'));
});

it('asks for the same time again as long as a check of a flow failed', async () => {
  await find([], at('12:00'));
  await find([], at('14:00'), false);
  const again = await find([], at('14:05'));
  const after = await find([], at('14:10'));

  const requests = [again, after].flatMap(({ asked }) => asked);
  expect(requests.map((since) => since.earliestEnd)).toEqual([at('11:50'), at('13:55')]);
});

it('reports a stopped reconcile once, until one that began later has ended well', async () => {
  const name = newFlow();
  const stopped = ended(name, at('02:00'));

  const first = await report(name, stopped, at('01:00'));
  const second = await report(name, stopped, at('01:00'));
  const open = await openErrors(name);
  await report(name, stopped, at('02:30'));
  const closed = await openErrors(name);
  const next = await report(name, ended(name, at('03:00')), at('02:30'));

  expect(first).toMatchObject([
    { type: 'reconcile.failed', detail: { cause: { error: 'reconcile-stopped' } } },
  ]);
  expect(second).toEqual([]);
  expect([open, closed]).toEqual([['reconcile-stopped'], []]);
  expect(next).toHaveLength(1);
});

it('does not report a failed reconcile after which another one has ended well', async () => {
  const name = newFlow();

  const published = await report(name, ended(name, at('02:00')), at('02:30'));

  expect(published).toEqual([]);
  expect(await openErrors(name)).toEqual([]);
});
