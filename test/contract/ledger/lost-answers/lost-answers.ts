import type { Table } from '../../../../lambdas/ledger/table.ts';

/** What other functions do between a write whose answer is lost and its repetition by the SDK. */
export type Meanwhile = () => Promise<unknown>;

/**
 * Loses the first answer to each write that is sent in `during`: the table performs the write, the connection
 * is lost, and the SDK sends the same request again. Requests sent in `meanwhile` are answered.
 * @returns the result, and how many answers were lost.
 */
export async function losingAnswers<Result>(
  { client }: Table,
  during: () => Promise<Result>,
  meanwhile: Meanwhile = async () => undefined,
): Promise<{ readonly result: Result; readonly lost: number }> {
  const sent = new Set<string>();
  let isMeanwhile = false;
  client.middlewareStack.add(
    (next) => async (call) => {
      const { invocation, operation } = readRequest(call.request);
      const isFirst = isWrite(operation) && !isMeanwhile && !sent.has(invocation);
      const answer = await next(call);
      if (!isFirst) return answer;
      sent.add(invocation);
      isMeanwhile = true;
      if (sent.size === 1) await meanwhile();
      isMeanwhile = false;
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    },
    { step: 'finalizeRequest', priority: 'low', name },
  );
  try {
    return { result: await during(), lost: sent.size };
  } finally {
    client.middlewareStack.remove(name);
  }
}

const name = 'loseAnswers';

function isWrite(operation: string): boolean {
  return /\.(?:PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/.test(operation);
}

/** The SDK sends all attempts of one call with the same invocation id. */
function readRequest(request: unknown): { readonly invocation: string; readonly operation: string } {
  const { headers } = request as { readonly headers: Readonly<Record<string, string>> };
  return {
    invocation: headers['amz-sdk-invocation-id'] ?? '',
    operation: headers['x-amz-target'] ?? '',
  };
}
