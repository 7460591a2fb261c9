import { expect, it } from 'vitest';
import { flexibleWindowMinutes } from '../../infra/constructs/flow-schedule.ts';

it.each([
  ['once a day', '15 2 * * ? *', 15],
  ['every hour', '0 * * * ? *', 15],
  ['every half hour', '0/30 * * * ? *', 7],
  ['every quarter of an hour', '*/15 * * * ? *', 3],
  ['every five minutes from two past', '2/5 * * * ? *', 1],
  ['every minute', '* * * * ? *', 0],
  ['in consecutive minutes', '10-12 * * * ? *', 0],
  ['twice, unevenly', '0,40 * * * ? *', 5],
  ['twice, out of order', '40,0 * * * ? *', 5],
  ['close together across the hour', '58,2 * * * ? *', 1],
  ['by a range with a step', '0-30/20 * * * ? *', 5],
  ['with a repeated minute', '7,7 * * * ? *', 15],
])('a schedule that fires %s (%s) gets a window of %d minutes', (_, cron, minutes) => {
  expect(flexibleWindowMinutes(cron)).toBe(minutes);
});
