import { S3Client } from '@aws-sdk/client-s3';
import { openTable, type Table } from '../../../lambdas/ledger/table.ts';
import type { LocalEndpoint } from '../s3/local-endpoint.ts';

/** A client of a function: once that was killed, it sends nothing any more, and hears nothing. */
export function mortalClient(endpoint: LocalEndpoint, life: AbortSignal): S3Client {
  const client = new S3Client({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
  });
  client.middlewareStack.add(whileAlive(life), { step: 'build', name: 'mortal' });
  return client;
}

/** As {@link mortalClient}, for the table. */
export function mortalTable({ name }: Table, life: AbortSignal): Table {
  const table = openTable(name);
  table.client.middlewareStack.add(whileAlive(life), { step: 'build', name: 'mortal' });
  return table;
}

/** What a dead function would send or hear never comes: there is no end to its wait. */
function whileAlive(life: AbortSignal) {
  return <Request, Answer>(next: (request: Request) => Promise<Answer>) =>
    async (request: Request): Promise<Answer> => {
      await unless(life);
      const answer = await next(request);
      await unless(life);
      return answer;
    };
}

/** Never resolves once the function is dead. */
async function unless(life: AbortSignal): Promise<void> {
  if (life.aborted) await new Promise(() => undefined);
}
