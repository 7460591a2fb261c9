import { Cron } from 'croner';
import { type CronField, fieldValues } from './cron-field.ts';

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

/**
 * Days that no list of numbers can name: the last one (L), the weekday nearest to the 3rd (3W), the second
 * Tuesday (3#2).
 */
const specialDays = new Map([
  [dayOfMonth, /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/],
  [dayOfWeek, /^(\?|[1-7]?L|[1-7]#[1-5])$/],
]);

/**
 * The error in a cron expression, as the end of a sentence that begins with the key; undefined if EventBridge
 * Scheduler accepts the expression.
 * @example cronError('15 2 * * *') // 'must have 6 fields ..., has 5'
 */
export function cronError(expression: string): string | undefined {
  if (/^\s*cron\(/.test(expression)) return 'must be the six fields alone, without cron( )';
  const texts = fieldTexts(expression);
  if (texts.length !== fields.length) {
    return `must have 6 fields (minutes hours day-of-month month day-of-week year), has ${texts.length}`;
  }
  for (const [index, field] of fields.entries()) {
    const text = texts[index] ?? '';
    if (isSpecial(text, field) || fieldValues(text, field) !== undefined) continue;
    const names = field.names.length > 0 ? ` or ${field.names[0]} to ${field.names.at(-1)}` : '';
    return `has '${text}' as ${field.name}; use ${field.min} to ${field.max}${names}`;
  }
  if ((texts[2] === '?') === (texts[4] === '?')) {
    return "must have '?' in exactly one of day-of-month and day-of-week";
  }
  return undefined;
}

/**
 * When the schedule fires next after `now`; undefined if never again. As in EventBridge Scheduler, a local
 * time that does not exist on the day that daylight saving time starts is skipped, and one that exists twice
 * on the day that it ends fires once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function nextFiring(
  schedule: { readonly cron: string; readonly timeZone: string },
  now: Date,
): Date | undefined {
  const [minuteText = '', hourText = ''] = fieldTexts(schedule.cron);
  const wallMinutes = new Set(fieldValues(minuteText, minutes));
  const wallHours = new Set(fieldValues(hourText, hours));
  const cron = new Cron(cronerPattern(schedule.cron), { timezone: schedule.timeZone });
  // croner moves a time in the gap to the first minute after it, which the schedule does not name.
  for (let next = cron.nextRun(now); next !== null; next = cron.nextRun(next)) {
    const wall = wallClock(next, schedule.timeZone);
    if (wallHours.has(wall.hour) && wallMinutes.has(wall.minute)) return next;
  }
  return undefined;
}

/** The minutes of the hour at which a valid cron expression fires, ascending. */
export function firingMinutes(expression: string): readonly number[] {
  const [text = ''] = fieldTexts(expression);
  return fieldValues(text, minutes) ?? [];
}

/**
 * The expression in croner's syntax, which has seconds first, counts days of the week from 0, and supports
 * neither `3/5` nor a lone `L` as day of the week.
 */
function cronerPattern(expression: string): string {
  const texts = fieldTexts(expression);
  const parts = fields.map((field, index) => {
    const text = texts[index] ?? '*';
    if (text === '*' || text === '?') return '*';
    if (field === dayOfWeek) return cronerDayOfWeek(text);
    return isSpecial(text, field) ? text : (fieldValues(text, field) ?? []).join(',');
  });
  return ['0', ...parts].join(' ');
}

function cronerDayOfWeek(text: string): string {
  const fromZero = (day: number) => day - 1;
  const [, day, which] = /^([1-7])(L|#[1-5])$/.exec(text) ?? [];
  if (day !== undefined) return `${fromZero(Number(day))}${which === 'L' ? '#L' : which}`;
  const days = text === 'L' ? [dayOfWeek.max] : fieldValues(text, dayOfWeek);
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
