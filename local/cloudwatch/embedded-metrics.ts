import { z } from 'zod';
import { parseJson } from '../../lambdas/contract/parse-json.ts';
import type { Measure } from './measure.ts';

const lineSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/**
 * The metrics in a line of a function's log, in CloudWatch's embedded metric format: each metric once for
 * each set of dimensions. Returns none for every other line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function lineMeasures(text: string): readonly Measure[] {
  // Most lines have no metrics: this avoids parsing them.
  if (!text.includes('"CloudWatchMetrics"')) return [];
  const line = parseJson(text, lineSchema);
  if (line === undefined) return [];
  const { _aws, ...fields } = line;
  const at = new Date(_aws.Timestamp);
  return _aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions: sets, Metrics: metrics }) =>
    sets.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(fields[name])]));
      return metrics.map(({ Name: name }) => ({
        metric: { namespace, name, dimensions },
        value: Number(fields[name]),
        at,
      }));
    }),
  );
}
