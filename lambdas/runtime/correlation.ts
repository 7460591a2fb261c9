import { z } from 'zod';

const word = z.string().max(100);
const ofFlow = z.object({ partner: word, flow: word.optional() });
const ofRun = ofFlow.extend({ runId: word });

/** What steps and messages say of whose they are. What their own schemas say of the rest is not asked here. */
const shapes = z.union([
  z.object({ run: ofRun }).transform(({ run: { runId, partner, flow } }) => ({ run: runId, partner, flow })),
  z.object({ input: ofFlow }).transform(({ input: { partner, flow } }) => ({ partner, flow })),
  ofFlow.transform(({ partner, flow }) => ({ partner, flow })),
]);

/** The keys by which the lines of a run, or of a flow, are found in all logs; none where the value is of none. */
export function correlationOf(value: unknown): Readonly<Record<string, string>> {
  const read = shapes.safeParse(value);
  if (!read.success) return {};
  return Object.fromEntries(
    Object.entries(read.data).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])),
  );
}
