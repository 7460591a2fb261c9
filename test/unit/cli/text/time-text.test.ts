import { expect, test } from 'vitest';
import { whenText } from '../../../../cli/text/time-text.ts';

const rome = { now: new Date('2026-11-30T09:15:00Z'), timeZone: 'Europe/Rome' };

test.each([
  ['2026-12-01T01:15:00.000Z', '1 Dec 02:15 Rome (in 16 h)'],
  ['2026-11-30T22:15:00Z', '23:15 Rome (in 13 h)'],
  ['2026-11-30T09:14:40Z', '10:14 Rome (now)'],
  ['2026-11-30T08:45:00Z', '09:45 Rome (30 min ago)'],
  ['2026-11-29T23:30:00Z', '00:30 Rome (10 h ago)'],
  ['2026-11-29T22:30:00Z', '29 Nov 23:30 Rome (11 h ago)'],
  ['2025-12-01T01:15:00Z', '1 Dec 2025 02:15 Rome (364 d ago)'],
  ['-', '-'],
])('%s is shown as %s', (time, shown) => {
  expect(whenText(time, rome)).toBe(shown);
});

test('A zone is named by its city', () => {
  const shown = whenText('2026-11-30T09:15:00Z', { now: rome.now, timeZone: 'America/New_York' });

  expect(shown).toBe('04:15 New York (now)');
});
