import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { toFingerprint } from '../../../../lambdas/core/listing/fingerprint.ts';
import { compareUtf8, nameOrder } from '../../../../lambdas/core/path/path-order.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { recordObservation } from '../../../../lambdas/ledger/entries/file-entries.ts';
import { directoryKey } from '../../../../lambdas/ledger/keys.ts';
import { file } from '../../../unit/core/fixtures.ts';
import { newFlow, useTable } from '../test-table.ts';

const ledger = useTable();

it('The table keeps the files of a directory in the order in which a listing is sorted', async () => {
  const flowName = newFlow();
  const names = ['😀', '\u{ff5e}', '\u{e000}', '~', '~a', 'é', 'e\u0301', 'Z', 'a', 'a b', 'z'.repeat(1001)];
  for (const name of names) {
    const fingerprint = toFingerprint(file(`/in/d/${name}`));
    const observation = { fingerprint, firstSeenAt: new Date(), runs: 1, lastRunId: 'run' };
    await recordObservation(
      ledger.table,
      { flowName, relativePath: parseRelativePath(`d/${name}`), fence: 1 },
      observation,
    );
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
