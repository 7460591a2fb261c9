import { z } from 'zod';
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
 * The metrics in a line of a function's log, as CloudWatch reads them there: each metric once for each set of dimensions. None
 * where the line has none, or is none of that format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function measuresOfLine(text: string): readonly Measure[] {
  // Most lines are of the log alone: they are not worth being parsed.
  if (!text.includes('"CloudWatchMetrics"')) return [];
  const read = lineSchema.safeParse(jsonOf(text));
  if (!read.success) return [];
  const { _aws, ...fields } = read.data;
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

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A function may print what it likes.
    return undefined;
  }
}
