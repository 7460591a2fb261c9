import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { recordSighting } from '../../../lambdas/ledger/file-entries.ts';
import { directoryKey } from '../../../lambdas/ledger/keys.ts';
import { compareUtf8, nameOrder } from '../../../lambdas/sync/file-order.ts';
import { fingerprintOf } from '../../../lambdas/sync/fingerprint.ts';
import { file } from '../../unit/sync/fixtures.ts';
import { newFlow, useTable } from './test-table.ts';

const ledger = useTable();

it('The table keeps the files of a directory in the order in which a listing is sorted', async () => {
  const flowName = newFlow();
  const names = ['😀', '\u{ff5e}', '\u{e000}', '~', '~a', 'é', 'e\u0301', 'Z', 'a', 'a b', 'z'.repeat(1001)];
  for (const name of names) {
    const fingerprint = fingerprintOf(file(`/in/d/${name}`));
    const sighting = { fingerprint, firstSeenAt: new Date(), runs: 1, lastRunId: 'run' };
    await recordSighting(ledger.table, { flowName, relativePath: `d/${name}`, fence: 1 }, sighting);
  }

  const { Items = [] } = await ledger.table.client.send(
    new QueryCommand({
      TableName: ledger.table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': directoryKey(flowName, 'd') },
    }),
  );

  const sorted = names.toSorted((a, b) => compareUtf8(nameOrder(a), nameOrder(b)));
  expect(Items.map(({ name }) => name)).toEqual(sorted);
});
