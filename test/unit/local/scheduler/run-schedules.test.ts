import { expect, test } from 'vitest';
import { dueSchedules } from '../../../../local/scheduler/run-schedules.ts';

const nightly = {
  name: 'nightly',
  cron: '15 2 * * ? *',
  timeZone: 'Europe/Rome',
  targetArn: 'arn',
  input: '{}',
};

const spans = [
  {
    title: 'it fires in the span',
    from: '2026-11-20T01:14:00Z',
    until: '2026-11-20T01:15:00Z',
    due: true,
  },
  {
    title: 'it fires later',
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
    title: 'it fired several times during the span',
    from: '2026-11-17T00:00:00Z',
    until: '2026-11-20T09:00:00Z',
    due: true,
  },
];

test.each(spans)('Whether a schedule is due when $title', ({ from, until, due }) => {
  const found = dueSchedules([nightly], { from: new Date(from), until: new Date(until) });

  expect(found).toEqual(due ? [nightly] : []);
});
