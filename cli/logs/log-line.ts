import { z } from 'zod';
import { shownText } from '../text-table.ts';

/** One line of a function's log. */
export interface LogLine {
  /** ISO-8601, UTC. */
  readonly time: string;
  readonly function: string;
  readonly level: string;
  readonly message: string;
  /** What is said beside the message. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const lineSchema = z.looseObject({
  timestamp: z.string(),
  service: z.string(),
  level: z.string(),
  message: z.string(),
  run: z.string(),
});

/** Every line has these, and they say nothing of the run. */
const ofTheFunction = new Set([
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'partner',
  'flow',
  'sampling_rate',
  'xray_trace_id',
]);

/** Undefined where the text is no line of ours, or of another run. */
export function parseLogLine(text: string, run: string): LogLine | undefined {
  // Most lines of a log are of other runs: they are not worth being parsed.
  if (!text.includes(run)) return undefined;
  const read = lineSchema.safeParse(jsonOf(text));
  if (!read.success || read.data.run !== run) return undefined;
  const { timestamp: time, service, level, message, run: _, ...others } = read.data;
  const fields = Object.fromEntries(Object.entries(others).filter(([name]) => !ofTheFunction.has(name)));
  return { time, function: service, level: level.toLowerCase(), message, fields };
}

/** `02:15:07.123  list-remote     info   done  seconds=1.2`, with nothing that a terminal would obey. */
export function logLineText({ time, function: name, level, message, fields }: LogLine): string {
  const said = Object.entries(fields).map(([field, value]) => `${field}=${valueText(value)}`);
  const line = [time.slice(11, 23), name.padEnd(longestName), level.padEnd(5), message, ...said];
  return `${shownText(line.join('  ').trimEnd())}\n`;
}

const longestName = 'transfer-batch'.length;

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether the run has come to its end with this line: FinishRun's own. */
export function isLastLine({ function: name, fields }: LogLine): boolean {
  return name === 'finish-run' && 'output' in fields;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What a function prints besides its log, as a crash does, is of no run.
    return undefined;
  }
}
