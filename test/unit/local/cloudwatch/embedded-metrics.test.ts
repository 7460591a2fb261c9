import { expect, test } from 'vitest';
import { openMeter } from '../../../../lambdas/runtime/metrics.ts';
import { lineMeasures } from '../../../../local/cloudwatch/embedded-metrics.ts';
import { splitLines } from '../../../../local/lambda/split-lines.ts';

const at = new Date('2026-11-20T02:15:00Z');

test('Metrics are read from the log of a function with their dimensions', () => {
  const lines: string[] = [];
  const meter = openMeter('dev', { write: (line) => lines.push(line), now: () => at });
  meter.recordForStage({ RunsHalted: 1 }, { partner: 'acme' });

  const measures = lines.flatMap(lineMeasures);

  const metric = { namespace: 'FtpsSync', name: 'RunsHalted', dimensions: { stage: 'dev' } };
  expect(measures).toEqual([{ metric, value: 1, at }]);
});

test.each([
  ['a line of the log', '{"level":"INFO","message":"done"}'],
  ['a line that mentions metrics', 'no "CloudWatchMetrics" here'],
  ['a document of another format', '{"_aws":{"CloudWatchMetrics":"none"}}'],
])('%s has no metrics', (_, line) => {
  expect(lineMeasures(line)).toEqual([]);
});

test('Lines that arrive in pieces are joined', () => {
  const lines: string[] = [];
  const take = splitLines((line) => lines.push(line));

  for (const piece of ['a\nb', 'b\n', '\n', 'c']) take(piece);

  expect(lines).toEqual(['a', 'bb', '']);
});

test('A line that never ends is dropped', () => {
  const lines: string[] = [];
  const take = splitLines((line) => lines.push(line));

  take('x'.repeat(2 * 1024 * 1024));
  take('\nnext\n');

  expect(lines).toEqual(['', 'next']);
});
