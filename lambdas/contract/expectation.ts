import { z } from 'zod';
import { type Expectation, expectationKey } from '../sync/expect.ts';
import { type Weekday, weekdays } from '../sync/expect-calendar.ts';
import { glob, timeZoneName } from './settings.ts';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day in quotes: '06:00'");

/** The text of a holidays file, one date a line; what follows a date is its name. */
const holidayLine = /^\s*(?:(\d{4}-\d{2}-\d{2})(?:\s.*)?)?(?:#.*)?$/;

const expectationSchema = z.strictObject({
  pattern: glob.describe('A glob on the path below `remote`. The flow must take these files.'),
  count: z.number().int().min(1).max(10_000).default(1).describe('How many files, at the least.'),
  by: timeOfDay.describe('Until when they are to be in the bucket, as a time of day.'),
  from: timeOfDay
    .default('00:00')
    .describe('Since when a file counts for a day; later than `by`: since the evening before.'),
  timeZone: timeZoneName.optional().describe("The zone of the times. Default: that of the flow's schedule."),
  days: z
    .union(
      [z.enum(['daily', 'weekdays']), z.array(z.enum(weekdays)).min(1)],
      'must be daily, weekdays, or a list of Mon, Tue, Wed, Thu, Fri, Sat and Sun',
    )
    .default('daily')
    .describe('On which days.'),
  holidays: z
    .union(
      [z.array(z.iso.date()).max(200), z.string().min(1)],
      'must be a list of dates or the name of a file',
    )
    .default([])
    .describe('Dates without files: a list (2026-12-25), or a file beside this one with a date a line.'),
  minBytes: z
    .number()
    .int()
    .min(0)
    .default(1)
    .describe('A smaller file does not count, and is told of. Default: 1, no empty file.'),
});
export type ExpectationSetting = z.infer<typeof expectationSchema>;

/** The expectations of one flow, each with a pattern and a time of its own. */
export const expectationsSchema = z
  .array(expectationSchema)
  .max(20)
  .superRefine((expectations, context) => {
    const seen = new Set<string>();
    for (const [index, { pattern, by }] of expectations.entries()) {
      const both = `${by} ${pattern}`;
      if (seen.has(both)) {
        const message = `expects '${pattern}' by ${by} a second time; give one of them the sum as its count`;
        context.addIssue({ code: 'custom', path: [index, 'pattern'], message });
      }
      seen.add(both);
    }
  })
  .default([]);

/** What is wrong where a flow without a schedule leaves out the zone. */
export function checkZones(
  { expect, schedule }: FlowWithExpectations,
  context: Pick<z.core.$RefinementCtx, 'addIssue'>,
): void {
  if (schedule !== undefined) return;
  for (const [index, { timeZone }] of expect.entries()) {
    if (timeZone !== undefined) continue;
    const message = 'is missing: the flow has no schedule whose zone could stand for it';
    context.addIssue({ code: 'custom', path: ['expect', index, 'timeZone'], message });
  }
}

interface FlowWithExpectations {
  readonly expect: readonly ExpectationSetting[];
  readonly schedule?: { readonly timeZone: string } | undefined;
}

/** The flow's settings as the judgement takes them. */
export function expectationsOf(flow: FlowWithExpectations): readonly Expectation[] {
  return flow.expect.map(({ pattern, count, by, from, minBytes, ...setting }) => {
    const { holidays, timeZone = flow.schedule?.timeZone ?? 'UTC' } = setting;
    // Whoever reads the partner file puts the dates in place of the file's name.
    if (typeof holidays === 'string') throw new Error(`The holidays of ${holidays} have not been read.`);
    const key = expectationKey({ pattern, by, timeZone });
    return { key, pattern, count, by, from, minBytes, timeZone, days: daysOf(setting.days), holidays };
  });
}

/** The dates in the text of a holidays file, or the first line that holds something else. */
export function readHolidays(
  text: string,
): { readonly dates: readonly string[] } | { readonly badLine: string } {
  const dates: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = holidayLine.exec(line);
    if (match === null) return { badLine: line };
    const [, date] = match;
    if (date === undefined) continue;
    if (!z.iso.date().safeParse(date).success) return { badLine: line };
    dates.push(date);
  }
  return { dates };
}

function daysOf(days: ExpectationSetting['days']): readonly Weekday[] {
  if (days === 'daily') return weekdays;
  return days === 'weekdays' ? weekdays.slice(0, 5) : days;
}
