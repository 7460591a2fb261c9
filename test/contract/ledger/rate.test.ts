import { expect, it } from 'vitest';
import { partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { recordRate, transferRate } from '../../../lambdas/ledger/rate.ts';
import { defaultRate, learnedRate } from '../../../lambdas/sync/expected-time.ts';
import { useTable } from './test-table.ts';

const ledger = useTable();
const measured = { files: 100, bytes: 1_000_000, seconds: 60 };

it('the rate of a partner that nobody has measured is the default', async () => {
  const rate = await transferRate(ledger.table, partnerIdSchema.parse('unmeasured'));

  expect(rate).toEqual(defaultRate);
});

it('what is measured is learned, one measurement after the other, for this partner alone', async () => {
  const partner = partnerIdSchema.parse('measured');

  await recordRate(ledger.table, partner, measured);
  await recordRate(ledger.table, partner, measured);

  const learned = learnedRate(learnedRate(defaultRate, measured), measured);
  expect(await transferRate(ledger.table, partner)).toEqual(learned);
  expect(await transferRate(ledger.table, partnerIdSchema.parse('another'))).toEqual(defaultRate);
});
