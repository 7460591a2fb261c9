import { z } from 'zod';

const word = z.string().max(100);
const flowSchema = z.object({ partner: word, flow: word.optional() });
const runSchema = flowSchema.extend({ runId: word });

/** The places where inputs, outputs and messages name their run or flow; everything else is ignored. */
const correlationSchema = z.union([
  z
    .object({ run: runSchema })
    .transform(({ run: { runId, partner, flow } }) => ({ run: runId, partner, flow })),
  z.object({ input: flowSchema }).transform(({ input: { partner, flow } }) => ({ partner, flow })),
  flowSchema.transform(({ partner, flow }) => ({ partner, flow })),
]);

/**
 * The keys that find the log lines of a run or a flow in all functions' logs. Empty where the value names
 * none.
 * @example toCorrelation({ run: { runId, partner: 'acme', flow: 'orders' } })
 * // { run: runId, partner: 'acme', flow: 'orders' }
 */
export function toCorrelation(value: unknown): Readonly<Record<string, string>> {
  const { data } = correlationSchema.safeParse(value);
  if (data === undefined) return {};
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])),
  );
}
