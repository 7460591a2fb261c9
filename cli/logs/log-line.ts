import { z } from 'zod';
import { parseJson } from '../../lambdas/contract/parse-json.ts';
import { shownText } from '../../lambdas/core/path/printable-text.ts';

/** One line of a function's log. */
export interface LogLine {
  /** ISO-8601, UTC. */
  readonly time: string;
  readonly function: string;
  readonly level: string;
  readonly message: string;
  /** All other fields. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const lineSchema = z.looseObject({
  timestamp: z.string(),
  service: z.string(),
  level: z.string(),
  message: z.string(),
  run: z.string(),
});

/** Fields of every line, which say nothing about the run. */
const commonFields = new Set([
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

/** Undefined for a line of another run, and for text that is not a structured log line. */
export function parseLogLine(text: string, run: string): LogLine | undefined {
  // Skips the parser for most lines of other runs.
  if (!text.includes(run)) return undefined;
  const line = parseJson(text, lineSchema);
  if (line?.run !== run) return undefined;
  const { timestamp: time, service, level, message, run: _, ...others } = line;
  const fields = Object.fromEntries(Object.entries(others).filter(([name]) => !commonFields.has(name)));
  return { time, function: service, level: level.toLowerCase(), message, fields };
}

/** `02:15:07.123  list-remote     info   done  seconds=1.2`, with control characters escaped. */
export function logLineText({ time, function: name, level, message, fields }: LogLine): string {
  const rest = Object.entries(fields).map(([field, value]) => `${field}=${valueText(value)}`);
  const line = [time.slice(11, 23), name.padEnd(nameWidth), level.padEnd(5), message, ...rest];
  return `${shownText(line.join('  ').trimEnd())}\n`;
}

const nameWidth = 'transfer-batch'.length;

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether this line ends the run: the output of FinishRun. */
export function isLastLine({ function: name, fields }: LogLine): boolean {
  return name === 'finish-run' && 'output' in fields;
}
