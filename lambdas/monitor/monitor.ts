import type { Events } from '../contract/events/event.ts';
import { partnerIdSchema } from '../contract/ids.ts';
import { type OpenAlerts, readOpenAlerts } from '../ledger/alerts/open-alerts.ts';
import { type AlertScope, unscoped } from '../ledger/keys.ts';
import type { Partners } from '../partners/partners.ts';
import type { UnreadablePartner } from '../partners/read-partner.ts';
import { countMessages, type Queue } from '../queues/queue.ts';
import type { StepLog } from '../runtime/log.ts';
import type { Meter } from '../runtime/metrics.ts';
import { addAlerts, raiseAlerts } from './alert.ts';
import type { CheckFlowDependencies, FlowCounts } from './check-flow.ts';
import { checkPartner, type PartnerCheck } from './check-partner.ts';
import {
  type FailedReconcileDependencies,
  findFailedReconciles,
  moveReconcileSearch,
} from './failed-reconciles.ts';
import { IsolatedChecks } from './isolated-checks.ts';

type DeadLetterQueue = Events['stage.dead-letters']['queue'];

export interface MonitorDependencies extends CheckFlowDependencies, FailedReconcileDependencies {
  readonly readAllPartners: Partners['readAllPartners'];
  /** The dead-letter queues, by their names in events. */
  readonly deadLetters: Readonly<Record<DeadLetterQueue, Queue>>;
  readonly meter: Meter;
  readonly log: Pick<StepLog, 'error'>;
}

/** What the monitor found, in counts. */
export interface MonitorReport extends FlowCounts {
  readonly partners: number;
}

const stageScope = { partner: unscoped, flow: unscoped } as const;

const messagesOf: Readonly<Record<DeadLetterQueue, string>> = {
  schedule: 'scheduled runs that could not be started',
  ingest: 'object events that could not be routed',
  push: 'deliveries that were given up',
};

/**
 * Checks every partner, one after the other, and the dead-letter queues. It publishes each alert once, keeps
 * it open in `attention` until it is resolved, and records its metric at every check.
 * @throws in the end, if a check failed: of one partner, flow or queue. The others were made.
 */
export async function monitor(dependencies: MonitorDependencies): Promise<MonitorReport> {
  const { table, meter } = dependencies;
  const { partners, unreadable } = await dependencies.readAllPartners();
  const before = await readOpenAlerts(table, stageScope);
  const isolated = new IsolatedChecks(dependencies.log);
  const checkedAt = dependencies.now();
  const findFailed = () => findFailedReconciles({ before }, dependencies);
  const failedReconciles = (await isolated.run('failed reconciles', findFailed)) ?? new Map();
  for (const each of unreadable) {
    await isolated.run(each.partner, () => reportUnreadable(each, dependencies));
  }
  const checks: PartnerCheck[] = [];
  for (const partner of partners) {
    const check = await isolated.run(partner.partner, () =>
      checkPartner(partner, { failedReconciles, isolated }, dependencies),
    );
    if (check === undefined) continue;
    checks.push(check);
    const { lastGoodRunAge, connectionsInUse } = check;
    meter.recordForPartner(partner.partner, {
      ConnectionsInUse: connectionsInUse,
      ...(lastGoodRunAge === undefined ? {} : { LastGoodRunAge: lastGoodRunAge }),
    });
  }
  const isEachChecked = !isolated.hasFailures;
  await isolated.run('failed reconciles', () =>
    moveReconcileSearch({ scope: stageScope, before }, { table, checkedAt, isEachChecked }),
  );
  await isolated.run('dead-letter queues', () => checkDeadLetters(before, dependencies));
  const report = { partners: partners.length, ...totalCounts(checks) };
  meter.recordForStage({
    RunsOverdue: report.overdue,
    FilesMissing: report.missing,
    FileAnomalies: report.anomalies,
    CircuitsOpen: checks.reduce((sum, { circuitsOpen }) => sum + circuitsOpen, 0),
    CertificatesExpiring: checks.reduce((sum, { certificatesExpiring }) => sum + certificatesExpiring, 0),
  });
  isolated.end();
  return report;
}

/**
 * Keeps an alert open about a partner whose file cannot be read, and leaves its other alerts as they are: no
 * one knows whether they still apply. The first check that reads the file closes it.
 * @throws the error of the partner, as nothing of it can be checked.
 */
async function reportUnreadable(
  { partner, error }: UnreadablePartner,
  dependencies: CheckFlowDependencies,
): Promise<never> {
  const scope: AlertScope = { partner: partnerIdSchema.parse(partner), flow: unscoped };
  const before = await readOpenAlerts(dependencies.table, scope);
  const { message } = error;
  const alert = { id: 'partner-invalid', subject: 'the partner file', error: error.error, message } as const;
  await addAlerts([{ ...alert, need: 'person', event: undefined }], { scope, before }, dependencies);
  throw error;
}

function totalCounts(checks: readonly PartnerCheck[]): FlowCounts {
  const flows = checks.flatMap((check) => check.flows);
  const total = (count: keyof FlowCounts) => flows.reduce((sum, flow) => sum + flow[count], 0);
  return { overdue: total('overdue'), missing: total('missing'), anomalies: total('anomalies') };
}

async function checkDeadLetters(before: OpenAlerts, dependencies: MonitorDependencies): Promise<void> {
  const counts = await Promise.all(
    (['schedule', 'ingest', 'push'] as const).map(async (queue) => ({
      queue,
      messages: await countMessages(dependencies.deadLetters[queue]),
    })),
  );
  const alerts = counts
    .filter(({ messages }) => messages > 0)
    .map(({ queue, messages }) => ({
      id: `dead-letters-${queue}`,
      subject: `dead letters: ${queue}`,
      error: 'dead-letters',
      message: `${messages} in the dead-letter queue: ${messagesOf[queue]}. They are not retried until you redrive or delete them.`,
      need: 'person' as const,
      event: { type: 'stage.dead-letters' as const, detail: { queue, messages } },
    }));
  await raiseAlerts(alerts, { scope: stageScope, before }, dependencies);
}
