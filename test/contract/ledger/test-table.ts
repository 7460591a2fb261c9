import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { createTables } from '../../../cli/local/table/create-table.ts';
import { openTables } from '../../../cli/local/table/local-tables.ts';
import { flowIdSchema, makeRunId, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { tableKeys } from '../../../lambdas/contract/names.ts';
import type { Run } from '../../../lambdas/contract/workflow.ts';
import { attentionIndex } from '../../../lambdas/ledger/attention.ts';
import type { FlowName } from '../../../lambdas/ledger/keys.ts';
import { openTable, type Table } from '../../../lambdas/ledger/table.ts';

const tableName = 'ledger';

/**
 * A table of DynamoDB's protocol for the tests of one file, opened as the functions open theirs. It is one table for all of
 * them: each test takes a flow of its own.
 */
export function useTable(): { readonly table: Table } {
  const opened: { table: Table | undefined; stop: () => Promise<void> } = {
    table: undefined,
    stop: async () => {},
  };
  beforeAll(async () => {
    const { endpoint, stop } = await startTables();
    opened.stop = stop;
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', endpoint);
    vi.stubEnv('AWS_REGION', 'eu-south-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    opened.table = openTable(tableName);
  });
  afterAll(async () => {
    opened.table?.client.destroy();
    await opened.stop();
    vi.unstubAllEnvs();
  });
  return {
    get table(): Table {
      if (opened.table === undefined) throw new Error('the table was not opened');
      return opened.table;
    },
  };
}

async function startTables(): Promise<{ readonly endpoint: string; readonly stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  const tables = await openTables(folder);
  const server = createServer((request, response) => void tables.serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const { partition, sort } = tableKeys;
  await createTables(endpoint, [
    {
      name: tableName,
      keys: [
        { AttributeName: partition, KeyType: 'HASH' },
        { AttributeName: sort, KeyType: 'RANGE' },
      ],
      attributes: [partition, sort, 'attention', 'attentionAt'].map((AttributeName) => {
        return { AttributeName, AttributeType: 'S' as const };
      }),
      indexes: [
        {
          IndexName: attentionIndex,
          KeySchema: [
            { AttributeName: 'attention', KeyType: 'HASH' },
            { AttributeName: 'attentionAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
  ]);
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    await tables.close();
    await rm(folder, { recursive: true });
  };
  return { endpoint, stop };
}

let flows = 0;

/** A flow that no other test has. */
export function newFlow(): FlowName {
  flows += 1;
  return { partner: partnerIdSchema.parse('acme'), flow: flowIdSchema.parse(`flow-${flows}`) };
}

/** A run of the flow. @param minute when it started, so that runs have an order. */
export function runOf(flowName: FlowName, minute: number, changes: Partial<Run> = {}): Run {
  const startedAt = new Date(Date.UTC(2026, 10, 20, 2, minute));
  return {
    ...flowName,
    runId: makeRunId(startedAt, String(minute).padStart(5, '0')),
    mode: 'run',
    acceptListing: false,
    startedAt: startedAt.toISOString(),
    fence: 1,
    owner: `execution-${minute}`,
    redriveCount: 0,
    ...changes,
  };
}
