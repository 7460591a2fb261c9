import { z } from 'zod';
import { type Expectation, expectationKey } from '../../core/expectation/expectation.ts';
import { type Weekday, weekdays } from '../../core/expectation/expectation-calendar.ts';
import { glob, timeZoneName } from './settings.ts';

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day in quotes, such as '06:00'");

/** A line of a holidays file: a date and optionally its name; or a comment; or empty. */
const holidayLine = /^\s*(?:(\d{4}-\d{2}-\d{2})(?:\s.*)?)?(?:#.*)?$/;

const expectationSchema = z.strictObject({
  pattern: glob.meta({
    description: 'A glob on the path below `remote`. `include` and `exclude` must select these files too.',
    examples: ['invoices-*.csv'],
  }),
  count: z.number().int().min(1).max(10_000).default(1).meta({
    description: 'The minimum number of files per day. Default: 1.',
  }),
  by: timeOfDay.meta({
    description: 'The time of day by which the files must be in the bucket.',
    examples: ['06:00'],
  }),
  from: timeOfDay.default('00:00').meta({
    description:
      'The time of day from which a file counts for the day. A time later than `by` is on the day before. Default: 00:00.',
    examples: ['18:00'],
  }),
  timeZone: timeZoneName.optional().meta({
    description: "The IANA time zone of the times. Default: the zone of the flow's schedule.",
    examples: ['Europe/Rome'],
  }),
  days: z
    .union(
      [z.enum(['daily', 'weekdays']), z.array(z.enum(weekdays)).min(1)],
      'must be daily, weekdays, or a list of Mon, Tue, Wed, Thu, Fri, Sat and Sun',
    )
    .default('daily')
    .meta({
      description: 'On which days files are expected. Default: daily.',
      examples: ['weekdays', ['Mon', 'Thu']],
    }),
  holidays: z
    .union(
      [z.array(z.iso.date()).max(200), z.string().min(1)],
      'must be a list of at most 200 dates like 2026-12-25, or the name of a file',
    )
    .default([])
    .meta({
      description:
        'Dates without files: a list, or the name of a file beside the partner file with one date per line. Default: none.',
      examples: [['2026-12-25'], 'holidays-italy.txt'],
    }),
  minBytes: z.number().int().min(0).default(1).meta({
    description:
      'The minimum size of a file in bytes. A smaller file is reported and does not count. Default: 1.',
  }),
});
export type ExpectationSetting = z.infer<typeof expectationSchema>;

/** The expectations of one flow. Pattern and time together identify an expectation. */
export const expectationsSchema = z
  .array(expectationSchema)
  .max(20)
  .superRefine((expectations, context) => {
    const seen = new Set<string>();
    for (const [index, { pattern, by }] of expectations.entries()) {
      const identity = `${by} ${pattern}`;
      if (seen.has(identity)) {
        const message = `'${pattern}' is already expected by ${by}; remove one of them and raise the count of the other`;
        context.addIssue({ code: 'custom', path: [index, 'pattern'], message });
      }
      seen.add(identity);
    }
  })
  .default([]);

/** Adds an issue to each expectation that has no time zone, neither its own nor that of a schedule. */
export function checkZones(
  { expect, schedule }: FlowWithExpectations,
  context: Pick<z.core.$RefinementCtx, 'addIssue'>,
): void {
  if (schedule !== undefined) return;
  for (const [index, { timeZone }] of expect.entries()) {
    if (timeZone !== undefined) continue;
    const message = 'is missing: the flow has no schedule to take the time zone from';
    context.addIssue({ code: 'custom', path: ['expect', index, 'timeZone'], message });
  }
}

interface FlowWithExpectations {
  readonly expect: readonly ExpectationSetting[];
  readonly schedule?: { readonly timeZone: string } | undefined;
}

/**
 * The flow's expectations as they are evaluated.
 * @throws Error if a holidays file has not been embedded; reading the partner file does that.
 */
export function flowExpectations(flow: FlowWithExpectations): readonly Expectation[] {
  return flow.expect.map(({ pattern, count, by, from, minBytes, ...setting }) => {
    const { holidays, timeZone = flow.schedule?.timeZone ?? 'UTC' } = setting;
    if (typeof holidays === 'string') throw new Error(`The holidays file ${holidays} is not embedded.`);
    const key = expectationKey({ pattern, by, timeZone });
    return { key, pattern, count, by, from, minBytes, timeZone, days: toWeekdays(setting.days), holidays };
  });
}

/** The dates in the text of a holidays file, or the first line that has no valid date. */
export function parseHolidays(
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

function toWeekdays(days: ExpectationSetting['days']): readonly Weekday[] {
  if (days === 'daily') return weekdays;
  return days === 'weekdays' ? weekdays.slice(0, 5) : days;
}
