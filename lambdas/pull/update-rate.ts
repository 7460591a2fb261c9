import type { PartnerId } from '../contract/ids.ts';
import type { Measurement } from '../core/plan/transfer-rate.ts';
import { recordRate } from '../ledger/connection/transfer-rate.ts';
import type { Table } from '../ledger/table.ts';
import type { StepLog } from '../runtime/log.ts';

/**
 * Updates the partner's rate with what a step measured. The rate is an estimate: where the table does not
 * take the measurement it is a little older, which is logged. Thrown, the error would repeat the step.
 */
export async function updateRate(
  table: Table,
  { partner, measured }: { readonly partner: PartnerId; readonly measured: Measurement },
  log: Pick<StepLog, 'warn'>,
): Promise<void> {
  await recordRate(table, partner, measured).catch((error: unknown) => {
    log.warn(`The rate of the partner could not be updated: ${String(error)}`, {
      error: 'rate-not-recorded',
    });
  });
}
