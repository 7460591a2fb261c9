import { S3Client } from '@aws-sdk/client-s3';
import { openTable, type Table } from '../../../../lambdas/ledger/table.ts';
import type { LocalEndpoint } from '../../local/s3/local-endpoint.ts';

/**
 * An S3 client of a function that may be killed: after that it neither sends a request nor gets an answer.
 */
export function killableClient(endpoint: LocalEndpoint, life: AbortSignal): S3Client {
  const client = new S3Client({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
  });
  client.middlewareStack.add(whileAlive(life), { step: 'build', name: 'killable' });
  return client;
}

/** The same for the table. */
export function killableTable({ name }: Table, life: AbortSignal): Table {
  const table = openTable(name);
  table.client.middlewareStack.add(whileAlive(life), { step: 'build', name: 'killable' });
  return table;
}

/** After the kill, neither requests nor answers come through: the wait for them never ends. */
function whileAlive(life: AbortSignal) {
  return <Request, Answer>(next: (request: Request) => Promise<Answer>) =>
    async (request: Request): Promise<Answer> => {
      await waitWhileKilled(life);
      const answer = await next(request);
      await waitWhileKilled(life);
      return answer;
    };
}

/** Never resolves once the function is killed. */
async function waitWhileKilled(life: AbortSignal): Promise<void> {
  if (life.aborted) await new Promise(() => undefined);
}
