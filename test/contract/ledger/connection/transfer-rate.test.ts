import { expect, it } from 'vitest';
import { partnerIdSchema } from '../../../../lambdas/contract/ids.ts';
import { applyMeasurement, defaultRate } from '../../../../lambdas/core/plan/transfer-rate.ts';
import { recordRate, transferRate } from '../../../../lambdas/ledger/connection/transfer-rate.ts';
import { useTable } from '../test-table.ts';

const ledger = useTable();
const measured = { files: 100, bytes: 1_000_000, seconds: 60 };

it('the rate of a partner without measurements is the default', async () => {
  const rate = await transferRate(ledger.table, partnerIdSchema.parse('unmeasured'));

  expect(rate).toEqual(defaultRate);
});

it('measurements are learned one after the other, for this partner alone', async () => {
  const partner = partnerIdSchema.parse('measured');

  await recordRate(ledger.table, partner, measured);
  await recordRate(ledger.table, partner, measured);

  const learned = applyMeasurement(applyMeasurement(defaultRate, measured), measured);
  expect(await transferRate(ledger.table, partner)).toEqual(learned);
  expect(await transferRate(ledger.table, partnerIdSchema.parse('another'))).toEqual(defaultRate);
});
