import { expect, it } from 'vitest';
import { openIssues } from '../../../lambdas/ledger/attention.ts';
import { readConditions } from '../../../lambdas/ledger/conditions.ts';
import { unknownFlow } from '../../../lambdas/ledger/flow-state.ts';
import { type FlowName, nobody } from '../../../lambdas/ledger/keys.ts';
import type { EndedSince, ExecutionEnd } from '../../../lambdas/runtime/executions.ts';
import { findBadReconciles, flowText, tellBadReconcile } from '../../../lambdas/watch/bad-reconciles.ts';
import type { Told } from '../../../lambdas/watch/signal.ts';
import { newFlow, useTable } from '../ledger/test-table.ts';

const ledger = useTable();
const concern = { partner: nobody, flow: nobody } as const;
const at = (time: string) => new Date(`2026-11-20T${time}:00Z`);

/** A reconcile as Step Functions tells of it. */
interface Ended {
  readonly startedAt: Date;
  readonly end: ExecutionEnd | undefined;
}

function ended(name: object, startedAt: Date, changes: Partial<ExecutionEnd> = {}): Ended {
  const end = { status: 'ABORTED', error: '', cause: '', endedAt: startedAt, ...changes } as const;
  return { startedAt, end: { ...end, input: JSON.stringify(name) } };
}

/** Looks for what has ended badly, at a time. @returns what was found, and since when it was asked for. */
async function find(all: readonly Ended[], now: Date) {
  const asked: EndedSince[] = [];
  const found = await findBadReconciles(
    { concern, before: await readConditions(ledger.table, concern) },
    {
      table: ledger.table,
      now: () => now,
      endOfExecution: async (arn) => all[Number(arn)]?.end,
      async *badReconciles(since) {
        asked.push(since);
        for (const [index, { startedAt }] of all.entries()) {
          yield { executionArn: String(index), startedAt, endedAt: startedAt };
        }
      },
    },
  );
  return { found, asked };
}

async function tell(name: FlowName, bad: Ended | undefined, lastEndedAt?: Date): Promise<readonly Told[]> {
  const told: Told[] = [];
  const end = bad?.end;
  await tellBadReconcile(
    {
      name,
      state: { ...unknownFlow, lastEndedAt },
      bad: bad === undefined || end === undefined ? undefined : { startedAt: bad.startedAt, end },
    },
    await readConditions(ledger.table, name),
    { table: ledger.table, tell: async (event) => void told.push(event) },
  );
  return told;
}

async function faultsOf({ partner, flow }: FlowName): Promise<readonly string[]> {
  const all = await Array.fromAsync(openIssues(ledger.table));
  return all.filter((issue) => issue.partner === partner && issue.flow === flow).map(({ fault }) => fault);
}

it('of each flow the last one counts, and none that was redriven or names no flow', async () => {
  const name = newFlow();
  const all = [
    ended(name, at('02:00')),
    ended(name, at('03:00'), { status: 'TIMED_OUT' }),
    { startedAt: at('03:00'), end: undefined },
    ended({ partner: 'Nobody!' }, at('03:00')),
  ];

  const { found } = await find(all, at('04:00'));

  expect([...found.keys()]).toEqual([flowText(name)]);
  expect(found.get(flowText(name))).toMatchObject({ startedAt: at('03:00'), end: { status: 'TIMED_OUT' } });
});

it('what ended while nobody looked is asked for, and what began a day before that', async () => {
  await find([], at('05:00'));
  const soon = await find([], at('05:05'));

  const late = await find([], at('09:00'));
  const after = await find([], at('09:05'));

  const looks = [soon, late, after].flatMap(({ asked }) => asked);
  expect(looks.map((since) => since.ended)).toEqual([at('04:50'), at('04:50'), at('08:50')]);
  expect(looks[0]?.begun).toEqual(new Date('2026-11-19T04:50:00Z'));
});

it('one that was stopped is told of once, until one that began later has ended well', async () => {
  const name = newFlow();
  const bad = ended(name, at('02:00'));

  const first = await tell(name, bad, at('01:00'));
  const again = await tell(name, bad, at('01:00'));
  const open = await faultsOf(name);
  await tell(name, bad, at('02:30'));
  const closed = await faultsOf(name);
  const next = await tell(name, ended(name, at('03:00')), at('02:30'));

  expect(first).toMatchObject([
    { type: 'reconcile.failed', detail: { problem: { fault: 'reconcile-stopped' } } },
  ]);
  expect(again).toEqual([]);
  expect([open, closed]).toEqual([['reconcile-stopped'], []]);
  expect(next).toHaveLength(1);
});

it('one behind which another has ended well already is not told of', async () => {
  const name = newFlow();

  const told = await tell(name, ended(name, at('02:00')), at('02:30'));

  expect(told).toEqual([]);
  expect(await faultsOf(name)).toEqual([]);
});
