import { z } from 'zod';

const answerSchema = z
  .looseObject({
    batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * Which messages of a batch the function's answer says have failed. An answer without failures is a success of all; one of
 * another shape, or that names a message that is not in the batch, is a failure of all.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 * @param payload JSON text.
 */
export function failedIds(payload: string, batch: readonly string[]): ReadonlySet<string> {
  const answer = answerSchema.safeParse(jsonOf(payload));
  if (!answer.success) return new Set(batch);
  const failed = (answer.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return new Set(failed.every((id) => batch.includes(id)) ? failed : batch);
}

/** Undefined, which no answer can be, where it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Told by the shape that it does not have.
    return undefined;
  }
}
