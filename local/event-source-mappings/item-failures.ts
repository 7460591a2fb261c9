import { z } from 'zod';
import { parseJson } from '../../lambdas/contract/parse-json.ts';

const answerSchema = z
  .looseObject({
    batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * The ids of the messages that failed, from the answer of the function. An answer without failures is a
 * success of the whole batch. An answer of another shape, or with an unknown id, is a failure of the whole
 * batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 * @param payload JSON text.
 */
export function findFailedIds(payload: string, batch: readonly string[]): ReadonlySet<string> {
  const answer = parseJson(payload, answerSchema);
  if (answer === undefined) return new Set(batch);
  const failed = (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return new Set(failed.every((id) => batch.includes(id)) ? failed : batch);
}
