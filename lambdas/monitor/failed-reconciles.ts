import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from '../contract/ids.ts';
import { parseJson } from '../contract/parse-json.ts';
import { closeAlert, moveMonitoringStart, type OpenAlerts, openAlert } from '../ledger/alerts/open-alerts.ts';
import type { AlertScope, FlowName } from '../ledger/keys.ts';
import type { FlowState } from '../ledger/runs/flow-state.ts';
import type { Table } from '../ledger/table.ts';
import type { ExecutionEnd, FailedExecution, FailedSince } from '../runtime/executions.ts';
import type { PublishAlertEvent } from './alert.ts';
import { endText } from './execution-end.ts';

/** A reconcile that failed, timed out or was aborted. */
export interface FailedReconcile {
  readonly startedAt: Date;
  readonly end: ExecutionEnd;
}

/** The last failed reconcile of each flow, by {@link flowPath}. */
export type FailedReconciles = ReadonlyMap<string, FailedReconcile>;

export interface FailedReconcileDependencies {
  readonly table: Table;
  readonly now: () => Date;
  readonly executionEnd: (executionArn: string) => Promise<ExecutionEnd | undefined>;
  readonly failedReconciles: (since: FailedSince) => AsyncIterable<FailedExecution>;
}

const hourMs = 60 * 60_000;

/** Step Functions stops an execution after a day (infra/constructs/blocks/workflow-machine.ts). */
const maxReconcileMs = 24 * hourMs;

/** ListExecutions is eventually consistent: an execution that has just ended may not be listed yet. */
const listingDelayMs = 10 * 60_000;

/** The check whose start moves on once an hour. What is found twice is reported once. */
const check = 'reconciles';

/**
 * The reconciles that have failed since the last checks, no matter who started them.
 * @param stage its open alerts, which have the time of the last checks.
 */
export async function findFailedReconciles(
  { before }: Pick<ReconcileChecks, 'before'>,
  {
    now,
    executionEnd,
    failedReconciles,
  }: Pick<FailedReconcileDependencies, 'now' | 'executionEnd' | 'failedReconciles'>,
): Promise<FailedReconciles> {
  const since = before.monitoredSince.get(check);
  const checkedAt = now();
  const earliestEnd = new Date((since ?? checkedAt).getTime() - listingDelayMs);
  const earliestStart = new Date(earliestEnd.getTime() - maxReconcileMs);
  const found = new Map<string, FailedReconcile>();
  for await (const { executionArn, startedAt } of failedReconciles({ earliestStart, earliestEnd })) {
    const end = await executionEnd(executionArn);
    const name = end === undefined ? undefined : parseJson(end.input, inputSchema);
    // Running: it has been redriven. Without a name: started by hand with another input; it is of no flow.
    if (end === undefined || name === undefined) continue;
    const known = found.get(flowPath(name));
    if (known === undefined || known.startedAt < startedAt) found.set(flowPath(name), { startedAt, end });
  }
  return found;
}

/** The scope that keeps the time of the last checks, and its open alerts. */
export interface ReconcileChecks {
  readonly scope: AlertScope;
  readonly before: OpenAlerts;
}

/**
 * Moves the start of the next search, once an hour. Call it after all flows were checked: a failed reconcile
 * of a flow whose check failed, or whose partner's file could not be read, must be found again.
 * @param checkedAt when the search began.
 */
export async function moveReconcileSearch(
  { scope, before }: ReconcileChecks,
  {
    table,
    checkedAt,
    isEachChecked,
  }: {
    readonly table: Table;
    readonly checkedAt: Date;
    readonly isEachChecked: boolean;
  },
): Promise<void> {
  const since = before.monitoredSince.get(check);
  const isDue = since === undefined || (isEachChecked && checkedAt.getTime() - since.getTime() >= hourMs);
  if (isDue) await moveMonitoringStart(table, scope, check, checkedAt);
}

/** @example flowPath({ partner: 'acme', flow: 'orders' }) // 'acme/orders' */
export function flowPath({ partner, flow }: FlowName): string {
  return `${partner}/${flow}`;
}

const inputSchema = z.object({ partner: partnerIdSchema, flow: flowIdSchema });

const alertId = 'reconcile';

interface CheckedReconcile {
  readonly name: FlowName;
  readonly state: FlowState;
  readonly failed: FailedReconcile | undefined;
}

/**
 * Publishes a flow's failed reconcile once and opens its alert; closes the alert when a reconcile that began
 * later has ended well.
 */
export async function reportFailedReconcile(
  { name, state, failed }: CheckedReconcile,
  before: OpenAlerts,
  { table, publishEvent }: { readonly table: Table; readonly publishEvent: PublishAlertEvent },
): Promise<void> {
  const isResolved = (since: Date) => state.lastEndedAt !== undefined && state.lastEndedAt > since;
  const openSince = before.open.get(alertId);
  const isOpen = openSince !== undefined && !isResolved(openSince);
  if (openSince !== undefined && !isOpen) await closeAlert(table, name, alertId);
  if (isOpen || failed === undefined || isResolved(failed.startedAt)) return;
  const { startedAt, end } = failed;
  const error = end.status === 'FAILED' ? 'reconcile-failed' : 'reconcile-stopped';
  const message =
    `The reconcile did not finish. ${endText(end)} The objects that it found are queued; the ones behind them wait. ` +
    `Start another one, which lists all objects: npx ftps-sync run ${name.partner} ${name.flow}`;
  const cause = { error, message };
  await publishEvent({
    type: 'reconcile.failed',
    detail: { ...name, startedAt: startedAt.toISOString(), cause },
  });
  // Opened at its start, so that a good reconcile that began later resolves it.
  await openAlert(table, name, {
    id: alertId,
    subject: 'the reconcile',
    error,
    message,
    need: 'person',
    at: startedAt,
  });
}
