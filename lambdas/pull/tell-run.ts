import type { Events, EventType } from '../contract/event.ts';
import { endOfRun } from '../contract/run-event.ts';
import type { RunReport } from '../contract/run-report.ts';
import type { Run } from '../contract/workflow.ts';
import { type Bus, publish } from '../events/bus.ts';
import { badRunEnd, closeCondition, openCondition } from '../ledger/conditions.ts';
import { recordRunEnded } from '../ledger/flow-state.ts';
import type { Table } from '../ledger/table.ts';
import type { Log } from '../runtime/log.ts';
import type { Meter } from '../runtime/metrics.ts';

export interface RunTelling {
  readonly bus: Bus;
  readonly meter: Meter;
  readonly table: Table;
  readonly stage: string;
  readonly now: () => Date;
}

type ErrorLog = Pick<Log, 'error'>;

/** What is told of a run that has ended. */
export interface ToldEnd {
  readonly report: RunReport;
  /** Some of them, where there are many. */
  readonly failedFiles: readonly FailedPath[];
}

interface FailedPath {
  readonly path: string;
  readonly fault: string;
  readonly message: string;
}

/** So many failed files of a run have an event each. */
const mostFileEvents = 20;

/** Tells the bus that the run has begun. Where that fails it is logged, and the run goes on. */
export async function tellRunStarted(
  run: Run,
  telling: Pick<RunTelling, 'bus' | 'stage'>,
  log: ErrorLog,
): Promise<void> {
  const { partner, flow, runId, startedAt } = run;
  await tell('run.started', { stage: telling.stage, partner, flow, run: runId, startedAt }, { telling, log });
}

/**
 * Tells of a run that has ended: on the bus, in metrics, and in `attention` where it did not end well. It may be told twice where
 * FinishRun is repeated.
 */
export async function tellRunEnded(
  { report, failedFiles }: ToldEnd,
  telling: RunTelling,
  log: ErrorLog,
): Promise<void> {
  await recordEnd(report, telling);
  count(report, telling.meter);
  const { partner, flow, run, failed: failedInRun } = report;
  for (const { path, fault, message } of failedFiles.slice(0, mostFileEvents)) {
    const detail = { stage: telling.stage, partner, flow, run, path, fault, message, failedInRun };
    await tell('file.failed', detail, { telling, log });
  }
  const { problem = unsaid } = report;
  const ended = { stage: telling.stage, ...endOfRun(report) };
  switch (report.status) {
    case 'succeeded':
    case 'incomplete':
      return tell(
        'run.completed',
        { ...ended, status: report.status, problem: report.problem },
        { telling, log },
      );
    case 'halted':
      return tell('run.halted', { ...ended, problem }, { telling, log });
    case 'failed':
      return tell('run.failed', { ...ended, problem }, { telling, log });
    case 'busy':
    case 'paused':
      return;
  }
  return report.status satisfies never;
}

const unsaid = { fault: 'internal', message: 'Nothing is known of why.' };

async function recordEnd(report: RunReport, { table, now }: RunTelling): Promise<void> {
  const { status, problem, run, startedAt } = report;
  if (status === 'succeeded' || status === 'incomplete') {
    const end = status === 'succeeded' ? 'good' : 'incomplete';
    await recordRunEnded(table, report, { startedAt: new Date(startedAt), end });
    await closeCondition(table, report, badRunEnd);
  } else {
    await openCondition(table, report, {
      id: badRunEnd,
      subject: `run ${run}`,
      fault: `run-${status}`,
      message: problem?.message ?? '',
      need: 'person',
      at: now(),
    });
  }
}

function count(report: RunReport, meter: Meter): void {
  const { status, seconds, transferred, bytes, failed, partner, flow, run } = report;
  meter.ofStage(
    {
      RunsHalted: status === 'halted' ? 1 : 0,
      FilesMoved: transferred,
      BytesMoved: bytes,
      FilesFailed: failed,
    },
    { partner, flow, run, status, seconds },
  );
}

/** An event that the bus did not take must not keep a run from ending: the alarms do not go by events. */
async function tell<T extends EventType>(
  type: T,
  detail: Events[T],
  { telling, log }: { readonly telling: Pick<RunTelling, 'bus'>; readonly log: ErrorLog },
): Promise<void> {
  await publish(telling.bus, type, detail).catch((error: unknown) => {
    log.error(`The event ${type} could not be told: ${String(error)}`);
  });
}
