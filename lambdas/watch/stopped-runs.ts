import { endOfRun, runStopped } from '../contract/run-event.ts';
import type { RunReport } from '../contract/run-report.ts';
import { badRunEnd, openCondition } from '../ledger/conditions.ts';
import type { FlowName } from '../ledger/keys.ts';
import { lookAtLatestRuns, type RunRecord, readRun, recordRunStopped } from '../ledger/run-record.ts';
import type { Table } from '../ledger/table.ts';
import type { ExecutionEnd } from '../runtime/executions.ts';
import { endText } from './execution-end.ts';
import type { Tell } from './signal.ts';

export interface StoppedRunSystems {
  readonly table: Table;
  readonly tell: Tell;
  readonly now: () => Date;
  /** Undefined while the execution runs. */
  readonly endOfExecution: (executionArn: string) => Promise<ExecutionEnd | undefined>;
}

/** How many of a flow's newest runs are looked at, for one read unit: from one watch to the next seldom more than one begins. */
const runsLookedAt = 8;

/**
 * Finds the flow's runs without an end whose execution does not run any more: Step Functions stopped it after 24 hours, a person
 * did, or FinishRun itself failed. Their end is told and recorded; the entry in `attention` goes with the next run that ends well.
 * The lease stays as it is: StartRun takes it over, and an execution that is redriven goes on with it.
 */
export async function lookAtStoppedRuns(name: FlowName, systems: StoppedRunSystems): Promise<void> {
  const { table, tell, now, endOfExecution } = systems;
  const latest = await lookAtLatestRuns(table, name, runsLookedAt);
  for (const { run, owner, report: known } of latest) {
    if (known !== undefined) continue;
    const end = await endOfExecution(owner);
    if (end === undefined) continue;
    // It may have written its end after it was looked at.
    const record = await readRun(table, { ...name, runId: run, mode: 'run' });
    if (record === undefined || record.report !== undefined) continue;
    const report = stoppedReport(name, record, { end, now: now() });
    const { problem } = report;
    await tell({ type: 'run.failed', detail: { ...endOfRun(report), problem } });
    // A run that has ended since then says how the flow stands.
    const isLast = !latest.some((other) => other.run > run && other.report !== undefined);
    if (isLast) {
      const { fault, message } = problem;
      const subject = `run ${run}`;
      await openCondition(table, name, { id: badRunEnd, subject, fault, message, need: 'person', at: now() });
    }
    await recordRunStopped(table, report);
  }
}

type StoppedReport = RunReport & { readonly problem: NonNullable<RunReport['problem']> };

/** What is known of the run: how far it said that it had come. */
function stoppedReport(
  { partner, flow }: FlowName,
  { run, startedAt, progress }: RunRecord,
  { end, now }: { readonly end: ExecutionEnd; readonly now: Date },
): StoppedReport {
  const isMoving = progress?.step === 'transfer-batch';
  const { files = 0, bytes = 0 } = progress ?? {};
  return {
    ...nothing,
    partner,
    flow,
    run,
    startedAt,
    seconds: Math.max(0, ((end.endedAt ?? now).getTime() - Date.parse(startedAt)) / 1000),
    ...(isMoving ? { transferred: files, bytes } : { listed: files }),
    problem: {
      fault: runStopped,
      message:
        `The run was stopped before it could record its end, and its counts are the last that it told. ${endText(end)} ` +
        `What it had taken is recorded, and the next run goes on from there: npx ftps-sync run ${partner} ${flow}`,
    },
  };
}

const nothing = {
  mode: 'run',
  status: 'failed',
  listed: 0,
  transferred: 0,
  skipped: 0,
  held: 0,
  refused: 0,
  failed: 0,
  bytes: 0,
  cleared: 0,
  notCleared: 0,
  incompleteDirectories: 0,
} as const;
