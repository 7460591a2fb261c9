import type { RunReport } from '../../contract/documents/run-report.ts';
import type { Run } from '../../contract/workflow.ts';
import { closeAlert, openAlert, runAlertId } from '../../ledger/alerts/open-alerts.ts';
import { recordRunEnded } from '../../ledger/runs/flow-state.ts';
import { LeaseLostError, leaseOf, recordFilesRemaining, releaseLease } from '../../ledger/runs/lease.ts';
import type { Table } from '../../ledger/table.ts';
import type { RefusedParts } from './refused-parts.ts';

interface EndDependencies {
  readonly table: Table;
  readonly parts: RefusedParts;
}

interface EndedFlow {
  readonly run: Run;
  readonly report: RunReport;
  readonly filesRemaining: number | undefined;
}

/** Updates the flow's last end, and opens or closes the alert about its runs. */
export async function recordEndOfFlow(
  report: RunReport,
  now: Date,
  { table, parts }: EndDependencies,
): Promise<void> {
  const { status, cause, run, startedAt } = report;
  if (status === 'succeeded' || status === 'incomplete') {
    const end = status === 'succeeded' ? 'good' : 'incomplete';
    await parts.unlessRefused(
      'The end of the run could not be recorded with its flow, so the monitor will find the flow overdue.',
      () => recordRunEnded(table, report, { startedAt: new Date(startedAt), end }),
    );
    await closeAlert(table, report, runAlertId);
    return;
  }
  const alert = {
    id: runAlertId,
    subject: `run ${run}`,
    error: `run-${status}`,
    message: cause?.message ?? '',
    need: 'person',
    at: now,
  } as const;
  await parts.unlessRefused(
    `The alert of the run could not be opened, so attention does not show it: ${alert.error}, ${alert.message}`,
    () => openAlert(table, report, alert),
  );
}

/**
 * Records what the next run's guard compares with, and releases the lease.
 * @param filesRemaining at the partner; undefined where not all documents of the run could be read, so that
 * the guard keeps its number: one that is too high would halt the next run.
 */
export async function releaseFlow(
  { run, report, filesRemaining }: EndedFlow,
  { table, parts }: EndDependencies,
): Promise<void> {
  const { status, incompleteDirectories } = report;
  const lease = leaseOf(run);
  const isGood = status === 'succeeded' || status === 'incomplete';
  if (isGood && filesRemaining !== undefined && incompleteDirectories === 0) {
    await parts.unlessRefused(
      'The number of files at the partner could not be recorded, so the next listing is compared with an older one.',
      () => recordFilesRemaining(table, lease, filesRemaining).catch(unlessLeaseLost),
    );
  }
  await parts.unlessRefused(
    'The lease could not be released; the next run takes it over, since this execution has ended.',
    () => releaseLease(table, lease),
  );
}

/** The run that holds the lease now records it itself. */
function unlessLeaseLost(cause: unknown): void {
  if (!(cause instanceof LeaseLostError)) throw cause;
}
