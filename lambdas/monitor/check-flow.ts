import type { Flow } from '../contract/partner-file/partner-file.ts';
import { readOpenAlerts } from '../ledger/alerts/open-alerts.ts';
import type { FlowName } from '../ledger/keys.ts';
import type { Pause } from '../ledger/pauses.ts';
import type { FlowState } from '../ledger/runs/flow-state.ts';
import { raiseAlerts } from './alert.ts';
import { checkExpectedFiles } from './expected-files.ts';
import { type FailedReconcile, reportFailedReconcile } from './failed-reconciles.ts';
import { overdueAlerts } from './overdue.ts';
import { checkStoppedRuns, type StoppedRunDependencies } from './stopped-runs.ts';

export type CheckFlowDependencies = StoppedRunDependencies;

export interface FlowCounts {
  /** Runs that are overdue now: 0 or 1. */
  readonly overdue: number;
  /** Expectations with files missing now. */
  readonly missing: number;
  /** Files that are late, too small or duplicate, each counted once: by the check that finds it first. */
  readonly anomalies: number;
}

export interface MonitoredFlow {
  readonly name: FlowName;
  readonly flow: Flow;
  readonly state: FlowState;
  readonly pause: Pause | undefined;
  /** The flow's last reconcile that failed; undefined where none has, and for a pull. */
  readonly failedReconcile: FailedReconcile | undefined;
}

/**
 * Checks one flow: whether a run or reconcile was stopped or failed, whether a run is overdue, and whether
 * the expected files have arrived.
 */
export async function checkFlow(
  monitored: MonitoredFlow,
  dependencies: CheckFlowDependencies,
): Promise<FlowCounts> {
  const { name, flow, state, failedReconcile } = monitored;
  const before = await readOpenAlerts(dependencies.table, name);
  if (flow.direction === 'pull') await checkStoppedRuns(name, dependencies);
  else await reportFailedReconcile({ name, state, failed: failedReconcile }, before, dependencies);
  const overdue = await overdueAlerts(monitored, before, dependencies);
  const { alerts, missing } = await checkExpectedFiles(name, flow, before, dependencies);
  const added = await raiseAlerts([...overdue, ...alerts], { scope: name, before }, dependencies);
  return {
    overdue: overdue.length,
    missing,
    anomalies: added.filter(({ error }) => fileAnomalies.has(error)).length,
  };
}

const fileAnomalies: ReadonlySet<string> = new Set(['file-late', 'file-too-small', 'file-duplicate']);
