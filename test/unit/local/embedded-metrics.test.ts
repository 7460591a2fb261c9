import { expect, test } from 'vitest';
import { measuresOfLine } from '../../../cli/local/alarms/embedded-metrics.ts';
import { wholeLines } from '../../../cli/local/functions/whole-lines.ts';
import { openMeter } from '../../../lambdas/runtime/metrics.ts';

const at = new Date('2026-11-20T02:15:00Z');

test('What a function counts is read from its log with the dimensions that it is billed by', () => {
  const lines: string[] = [];
  const meter = openMeter('dev', { write: (line) => lines.push(line), now: () => at });
  meter.ofStage({ RunsHalted: 1 }, { partner: 'acme' });

  const measures = lines.flatMap(measuresOfLine);

  const metric = { namespace: 'FtpsSync', name: 'RunsHalted', dimensions: { stage: 'dev' } };
  expect(measures).toEqual([{ metric, value: 1, at }]);
});

test.each([
  ['a line of the log', '{"level":"INFO","message":"done"}'],
  ['a line that speaks of metrics', 'no "CloudWatchMetrics" here'],
  ['a document of another format', '{"_aws":{"CloudWatchMetrics":"none"}}'],
])('There is no metric in %s', (_, line) => {
  expect(measuresOfLine(line)).toEqual([]);
});

test('Lines that come in pieces are put together again', () => {
  const lines: string[] = [];
  const take = wholeLines((line) => lines.push(line));

  for (const piece of ['a\nb', 'b\n', '\n', 'c']) take(piece);

  expect(lines).toEqual(['a', 'bb', '']);
});

test('A line without an end is not kept for ever', () => {
  const lines: string[] = [];
  const take = wholeLines((line) => lines.push(line));

  take('x'.repeat(2 * 1024 * 1024));
  take('\nnext\n');

  expect(lines).toEqual(['', 'next']);
});
