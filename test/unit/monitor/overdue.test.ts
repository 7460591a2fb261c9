import { expect, it } from 'vitest';
import { type FlowState, unknownFlow } from '../../../lambdas/ledger/runs/flow-state.ts';
import { overdueSince } from '../../../lambdas/monitor/overdue.ts';

const nightly = { cron: '15 2 * * ? *', timeZone: 'UTC' };
const since = new Date('2026-11-18T12:00:00Z');

/** The due time of the overdue run at `now`, for a flow that ran yesterday unless `state` changes that. */
function overdueAt(now: string, state: Partial<FlowState> = {}, schedule = nightly): string | undefined {
  const ranYesterday = { ...unknownFlow, lastEndedAt: new Date('2026-11-19T02:20:00Z') };
  return overdueSince(schedule, { ...ranYesterday, ...state }, { now: new Date(now), since })?.toISOString();
}

const dueAt = '2026-11-20T02:15:00.000Z';

it.each([
  ['before its time', '2026-11-20T02:00:00Z', {}, undefined],
  ['within the 75 minutes that it may take', '2026-11-20T03:29:59Z', {}, undefined],
  ['after the 75 minutes', '2026-11-20T03:30:00Z', {}, dueAt],
  ['until a run ends', '2026-11-25T00:00:00Z', {}, dueAt],
  [
    'while a run is active',
    '2026-11-20T09:00:00Z',
    { leaseUntil: new Date('2026-11-20T09:10:00Z') },
    undefined,
  ],
  [
    'after a run whose lease has expired',
    '2026-11-20T09:00:00Z',
    { leaseUntil: new Date('2026-11-20T08:00:00Z') },
    dueAt,
  ],
  [
    'after the run has ended',
    '2026-11-20T09:00:00Z',
    { lastEndedAt: new Date('2026-11-20T02:16:00Z') },
    undefined,
  ],
] as const)('evaluates a nightly run %s', (_, now, state, expected) => {
  const dueTime = overdueAt(now, state);

  expect(dueTime).toBe(expected);
});

it('counts a flow that never ran as overdue from the first scheduled time that was monitored', () => {
  const dueTime = overdueAt('2026-11-19T09:00:00Z', { lastEndedAt: undefined });

  expect(dueTime).toBe('2026-11-19T02:15:00.000Z');
});

it('ignores scheduled times before the schedule was monitored', () => {
  const monthly = { cron: '0 6 1 * ? *', timeZone: 'UTC' };

  const dueTime = overdueAt(
    '2026-11-20T09:00:00Z',
    { lastEndedAt: new Date('2026-09-01T06:01:00Z') },
    monthly,
  );

  expect(dueTime).toBeUndefined();
});
