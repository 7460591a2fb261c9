import { Cron } from 'croner';
import { type CronField, valuesOf } from './cron-field.ts';

/**
 * EventBridge Scheduler's cron: minutes, hours, day of month, month, day of week (1 is Sunday), year.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
const minutes: CronField = { name: 'minutes', min: 0, max: 59, names: [] };
const hours: CronField = { name: 'hours', min: 0, max: 23, names: [] };
const dayOfMonth: CronField = { name: 'day of month', min: 1, max: 31, names: [] };
const monthNames = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const month: CronField = { name: 'month', min: 1, max: 12, names: monthNames };
const dayNames = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const dayOfWeek: CronField = { name: 'day of week', min: 1, max: 7, names: dayNames };
const year: CronField = { name: 'year', min: 1970, max: 2199, names: [] };
const fields = [minutes, hours, dayOfMonth, month, dayOfWeek, year];

/** What stands for days that no list of numbers does: the last one, the weekday nearest to the 3rd, the second Tuesday. */
const specialDays = new Map([
  [dayOfMonth, /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/],
  [dayOfWeek, /^(\?|[1-7]?L|[1-7]#[1-5])$/],
]);

/** What is wrong with the expression, as the end of a sentence; undefined where EventBridge Scheduler would take it. */
export function cronFault(expression: string): string | undefined {
  if (/^\s*cron\(/.test(expression)) return 'is written without cron( ): give the six fields alone';
  const texts = fieldTexts(expression);
  if (texts.length !== fields.length) {
    return `needs 6 fields (minutes hours day-of-month month day-of-week year), has ${texts.length}`;
  }
  for (const [index, field] of fields.entries()) {
    const text = texts[index] ?? '';
    if (isSpecial(text, field) || valuesOf(text, field) !== undefined) continue;
    const names = field.names.length > 0 ? ` or ${field.names[0]} to ${field.names.at(-1)}` : '';
    return `has '${text}' as ${field.name}, which is not in ${field.min} to ${field.max}${names}`;
  }
  if ((texts[2] === '?') === (texts[4] === '?')) {
    return "needs '?' in exactly one of day-of-month and day-of-week";
  }
  return undefined;
}

/**
 * The next time the schedule fires after `now`, or undefined where it never does. As with EventBridge Scheduler, a time that
 * the clocks leave out in spring is skipped, and one that they repeat in autumn fires once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function nextFiring(
  schedule: { readonly cron: string; readonly timeZone: string },
  now: Date,
): Date | undefined {
  const [minuteText = '', hourText = ''] = fieldTexts(schedule.cron);
  const wallMinutes = new Set(valuesOf(minuteText, minutes));
  const wallHours = new Set(valuesOf(hourText, hours));
  const cron = new Cron(cronerPattern(schedule.cron), { timezone: schedule.timeZone });
  // croner moves a time that is left out to the first minute after the gap: that is none of the schedule's own.
  for (let next = cron.nextRun(now); next !== null; next = cron.nextRun(next)) {
    const wall = wallClock(next, schedule.timeZone);
    if (wallHours.has(wall.hour) && wallMinutes.has(wall.minute)) return next;
  }
  return undefined;
}

/** croner reads seconds first, counts days of the week from 0, and knows neither `3/5` nor `L` alone as day of the week. */
function cronerPattern(expression: string): string {
  const texts = fieldTexts(expression);
  const parts = fields.map((field, index) => {
    const text = texts[index] ?? '*';
    if (text === '*' || text === '?') return '*';
    if (field === dayOfWeek) return cronerDayOfWeek(text);
    return isSpecial(text, field) ? text : (valuesOf(text, field) ?? []).join(',');
  });
  return ['0', ...parts].join(' ');
}

function cronerDayOfWeek(text: string): string {
  const fromZero = (day: number) => day - 1;
  const [, day, which] = /^([1-7])(L|#[1-5])$/.exec(text) ?? [];
  if (day !== undefined) return `${fromZero(Number(day))}${which === 'L' ? '#L' : which}`;
  const days = text === 'L' ? [dayOfWeek.max] : valuesOf(text, dayOfWeek);
  return (days ?? []).map(fromZero).join(',');
}

function isSpecial(text: string, field: CronField): boolean {
  return specialDays.get(field)?.test(text) === true;
}

function fieldTexts(expression: string): string[] {
  return expression.trim().split(/\s+/);
}

function wallClock(at: Date, timeZone: string): { readonly hour: number; readonly minute: number } {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
  });
  const parts = clock.formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  return { hour: part('hour'), minute: part('minute') };
}
