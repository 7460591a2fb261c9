import type { RunReport } from '../contract/documents/run-report.ts';
import { runEndDetail, runStoppedError } from '../contract/events/run-event.ts';
import { openAlert, runAlertId } from '../ledger/alerts/open-alerts.ts';
import type { FlowName } from '../ledger/keys.ts';
import {
  latestRunsEventually,
  type RunRecord,
  readRun,
  recordRunStopped,
} from '../ledger/runs/run-record.ts';
import type { Table } from '../ledger/table.ts';
import type { ExecutionEnd } from '../runtime/executions.ts';
import type { PublishAlertEvent } from './alert.ts';
import { endText } from './execution-end.ts';

export interface StoppedRunDependencies {
  readonly table: Table;
  readonly publishEvent: PublishAlertEvent;
  readonly now: () => Date;
  /** Undefined while the execution is running. */
  readonly executionEnd: (executionArn: string) => Promise<ExecutionEnd | undefined>;
}

/**
 * How many of a flow's newest runs are checked, for one read unit. Between two checks rarely more than one
 * run begins.
 */
const maxRunsChecked = 8;

/**
 * Finds the flow's runs without a recorded end whose execution is no longer running: Step Functions stopped
 * it after 24 hours, a person stopped it, or FinishRun itself failed. It publishes and records their end; the
 * next run that ends well closes the alert. The lease stays: StartRun takes it over, and a redriven execution
 * continues with it.
 */
export async function checkStoppedRuns(name: FlowName, dependencies: StoppedRunDependencies): Promise<void> {
  const { table, publishEvent, now, executionEnd } = dependencies;
  const latest = await latestRunsEventually(table, name, maxRunsChecked);
  for (const { run, owner, report: known } of latest) {
    if (known !== undefined) continue;
    const end = await executionEnd(owner);
    if (end === undefined) continue;
    // The run may have recorded its end since it was listed.
    const record = await readRun(table, { ...name, runId: run, mode: 'run' });
    if (record === undefined || record.report !== undefined) continue;
    const report = toStoppedReport(name, record, { end, now: now() });
    const { cause } = report;
    await publishEvent({ type: 'run.failed', detail: { ...runEndDetail(report), cause } });
    // A later run that has ended determines the state of the flow.
    const isLast = !latest.some((other) => other.run > run && other.report !== undefined);
    if (isLast) {
      const { error, message } = cause;
      const subject = `run ${run}`;
      await openAlert(table, name, { id: runAlertId, subject, error, message, need: 'person', at: now() });
    }
    await recordRunStopped(table, report);
  }
}

type StoppedReport = RunReport & { readonly cause: NonNullable<RunReport['cause']> };

/** The report of a run that did not write one, with the counts that it recorded last. */
function toStoppedReport(
  { partner, flow }: FlowName,
  { run, startedAt, progress }: RunRecord,
  { end, now }: { readonly end: ExecutionEnd; readonly now: Date },
): StoppedReport {
  const isTransferring = progress?.step === 'transfer-batch';
  const { files = 0, bytes = 0 } = progress ?? {};
  return {
    ...noCounts,
    partner,
    flow,
    run,
    startedAt,
    seconds: Math.max(0, ((end.endedAt ?? now).getTime() - Date.parse(startedAt)) / 1000),
    ...(isTransferring ? { transferred: files, bytes } : { listed: files }),
    cause: {
      error: runStoppedError,
      message:
        `The run was stopped before it recorded its end; its counts are the last that it reported. ${endText(end)} ` +
        `The files that it transferred are recorded. Resume with the next run: npx ftps-sync run ${partner} ${flow}`,
    },
  };
}

const noCounts = {
  mode: 'run',
  status: 'failed',
  listed: 0,
  transferred: 0,
  skipped: 0,
  held: 0,
  refused: 0,
  failed: 0,
  notReached: 0,
  bytes: 0,
  disposed: 0,
  notDisposed: 0,
  incompleteDirectories: 0,
} as const;
