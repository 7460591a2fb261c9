import { expect, it } from 'vitest';
import { type FlowState, unknownFlow } from '../../../lambdas/ledger/flow-state.ts';
import { overdueSince } from '../../../lambdas/watch/overdue.ts';

const nightly = { cron: '15 2 * * ? *', timeZone: 'UTC' };
const since = new Date('2026-11-18T12:00:00Z');

/** The due time of a flow at that time, with what is known of it. */
function due(now: string, state: Partial<FlowState> = {}, schedule = nightly): string | undefined {
  const ranYesterday = { ...unknownFlow, lastEndedAt: new Date('2026-11-19T02:20:00Z') };
  return overdueSince(schedule, { ...ranYesterday, ...state }, { now: new Date(now), since })?.toISOString();
}

const dueAt = '2026-11-20T02:15:00.000Z';

it.each([
  ['before its time', '2026-11-20T02:00:00Z', {}, undefined],
  ['in the hour and a quarter after it', '2026-11-20T03:29:59Z', {}, undefined],
  ['when that is over', '2026-11-20T03:30:00Z', {}, dueAt],
  ['for as long as no run has ended well', '2026-11-25T00:00:00Z', {}, dueAt],
  [
    'while a run is at work',
    '2026-11-20T09:00:00Z',
    { leaseUntil: new Date('2026-11-20T09:10:00Z') },
    undefined,
  ],
  [
    'after a run that was lost with its lease',
    '2026-11-20T09:00:00Z',
    { leaseUntil: new Date('2026-11-20T08:00:00Z') },
    dueAt,
  ],
  ['after the run', '2026-11-20T09:00:00Z', { lastEndedAt: new Date('2026-11-20T02:16:00Z') }, undefined],
] as const)('a nightly run is overdue, or not, %s', (_, now, state, expected) => {
  const found = due(now, state);

  expect(found).toBe(expected);
});

it('a flow that never ran is due from the first time on that it was watched', () => {
  const found = due('2026-11-19T09:00:00Z', { lastEndedAt: undefined });

  expect(found).toBe('2026-11-19T02:15:00.000Z');
});

it('a schedule is not held against times before it was watched', () => {
  const monthly = { cron: '0 6 1 * ? *', timeZone: 'UTC' };

  const found = due('2026-11-20T09:00:00Z', { lastEndedAt: new Date('2026-09-01T06:01:00Z') }, monthly);

  expect(found).toBeUndefined();
});
