import { Cron } from 'croner';

/**
 * EventBridge Scheduler's cron: minutes, hours, day of month, month, day of week (1 is Sunday), year.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
const fields = [
  { name: 'minutes', min: 0, max: 59, names: [] },
  { name: 'hours', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [], wild: /^(\?|L|LW|\d{1,2}W)$/ },
  { name: 'month', min: 1, max: 12, names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ') },
  {
    name: 'day of week',
    min: 1,
    max: 7,
    names: 'SUN MON TUE WED THU FRI SAT'.split(' '),
    wild: /^(\?|[1-7]?L|[1-7]#[1-5])$/,
  },
  { name: 'year', min: 1970, max: 2199, names: [] },
] as const;

/** What is wrong with the expression, as the end of a sentence; undefined where EventBridge Scheduler would take it. */
export function cronFault(expression: string): string | undefined {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return `needs 6 fields (minutes hours day-of-month month day-of-week year), has ${parts.length}`;
  }
  for (const [index, field] of fields.entries()) {
    const text = parts[index] ?? '';
    if ('wild' in field && field.wild.test(text)) continue;
    const bad = text.split(',').find((each) => !isRange(each, field));
    if (bad !== undefined)
      return `has '${bad}' as ${field.name}, which is not in ${field.min} to ${field.max}`;
  }
  if ((parts[2] === '?') === (parts[4] === '?')) {
    return "needs '?' in exactly one of day-of-month and day-of-week";
  }
  return undefined;
}

/** The next time the schedule fires after `now`, or undefined where it never does. */
export function nextFiring(
  schedule: { readonly cron: string; readonly timeZone: string },
  now: Date,
): Date | undefined {
  return new Cron(cronerPattern(schedule.cron), { timezone: schedule.timeZone }).nextRun(now) ?? undefined;
}

/** croner counts days of the week from 0, and reads seconds first and the year last. */
function cronerPattern(expression: string): string {
  const [minutes, hours, dayOfMonth, month, dayOfWeek = '', year] = expression.trim().split(/\s+/);
  const dayFromZero = dayOfWeek
    .replace(/^\?$/, '*')
    .replace(/(?<![#/\d])[1-7]/g, (day) => String(Number(day) - 1));
  return ['0', minutes, hours, dayOfMonth === '?' ? '*' : dayOfMonth, month, dayFromZero, year].join(' ');
}

function isRange(text: string, field: (typeof fields)[number]): boolean {
  const [range = '', step, ...rest] = text.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === '*') return true;
  const ends = range.split('-');
  return ends.length <= 2 && ends.every((end) => isValue(end, field)) && inOrder(ends);
}

function isValue(text: string, field: (typeof fields)[number]): boolean {
  if ((field.names as readonly string[]).includes(text.toUpperCase())) return true;
  return /^\d+$/.test(text) && Number(text) >= field.min && Number(text) <= field.max;
}

function inOrder([from, to]: readonly string[]): boolean {
  return (
    to === undefined || Number.isNaN(Number(from)) || Number.isNaN(Number(to)) || Number(from) <= Number(to)
  );
}
