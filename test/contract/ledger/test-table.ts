import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { flowIdSchema, makeRunId, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { tableKeys } from '../../../lambdas/contract/names.ts';
import type { Run } from '../../../lambdas/contract/workflow.ts';
import { attentionIndex } from '../../../lambdas/ledger/alerts/attention.ts';
import type { FlowName } from '../../../lambdas/ledger/keys.ts';
import { openTable, type Table } from '../../../lambdas/ledger/table.ts';
import { createTables } from '../../../local/dynamodb/create-table.ts';
import { openTables } from '../../../local/dynamodb/local-tables.ts';
import { stubAws } from '../../support/serve-aws.ts';
import { type HttpService, serveHttp } from '../../support/serve-http.ts';

const tableName = 'ledger';

/**
 * A table of DynamoDB's protocol for the tests of one file, opened as the functions open theirs. It is one
 * table for all of them: each test takes a flow of its own.
 */
export function useTable(): { readonly table: Table } {
  const opened: { table: Table | undefined; stop: () => Promise<void> } = {
    table: undefined,
    stop: async () => {},
  };
  beforeAll(async () => {
    const { url, stop } = await startTables();
    opened.stop = stop;
    stubAws('AWS_ENDPOINT_URL_DYNAMODB', url);
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

async function startTables(): Promise<HttpService> {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  const tables = await openTables(folder);
  const served = await serveHttp((request, response) => void tables.serve(request, response));
  const { partition, sort } = tableKeys;
  await createTables(served.url, [
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
    await served.stop();
    await tables.close();
    await rm(folder, { recursive: true });
  };
  return { url: served.url, stop };
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
