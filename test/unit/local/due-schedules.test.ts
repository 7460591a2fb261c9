import { expect, test } from 'vitest';
import { dueSchedules } from '../../../cli/local/run-schedules.ts';

const nightly = {
  name: 'nightly',
  cron: '15 2 * * ? *',
  timeZone: 'Europe/Rome',
  targetArn: 'arn',
  input: '{}',
};

const spans = [
  {
    title: 'its time is in the span',
    from: '2026-11-20T01:14:00Z',
    until: '2026-11-20T01:15:00Z',
    due: true,
  },
  {
    title: 'its time is still to come',
    from: '2026-11-20T01:13:00Z',
    until: '2026-11-20T01:14:59Z',
    due: false,
  },
  {
    title: 'it fired when the span began',
    from: '2026-11-20T01:15:00Z',
    until: '2026-11-20T01:16:00Z',
    due: false,
  },
  {
    title: 'several of its times were slept through',
    from: '2026-11-17T00:00:00Z',
    until: '2026-11-20T09:00:00Z',
    due: true,
  },
];

test.each(spans)('A schedule is due or not where $title', ({ from, until, due }) => {
  const found = dueSchedules([nightly], { from: new Date(from), until: new Date(until) });

  expect(found).toEqual(due ? [nightly] : []);
});
