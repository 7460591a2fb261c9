import { type OpenAlerts, startMonitoring } from '../ledger/alerts/open-alerts.ts';
import type { FlowName } from '../ledger/keys.ts';
import type { Table } from '../ledger/table.ts';

/**
 * Since when a check of a flow has been monitored, so that it raises no alert for an earlier time. A check
 * that is new starts now.
 * @param check what identifies it: another schedule or expectation is another check.
 */
export async function monitoredSince(
  check: string,
  { name, before }: { readonly name: FlowName; readonly before: OpenAlerts },
  { table, now }: { readonly table: Table; readonly now: () => Date },
): Promise<Date> {
  const known = before.monitoredSince.get(check);
  if (known !== undefined) return known;
  const from = now();
  await startMonitoring(table, name, check, from);
  return from;
}
