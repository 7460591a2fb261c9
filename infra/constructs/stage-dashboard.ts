import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { metricOfPartners, stageMetric } from './own-metrics.ts';
import type { PushPath } from './push-path.ts';
import type { SyncFunction } from './sync-function.ts';

/** A nightly run shows as a bar of its hour; the present, as the watch counts it. */
const hour = Duration.hours(1);
const now = Duration.minutes(5);

const fullWidth = 24;
const height = 6;

export interface StageDashboardProps {
  readonly stage: string;
  readonly pull: StateMachine;
  readonly push: PushPath;
  readonly missedRuns: Queue;
  readonly functions: readonly SyncFunction[];
  readonly alarms: readonly Alarm[];
}

/** The stage at a glance: what rings, what is open, what moved, and how old the last good run of each partner is. */
export class StageDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: StageDashboardProps) {
    const { stage, alarms } = props;
    super(scope, id, {
      dashboardName: `ftps-sync-${stage}`,
      defaultInterval: Duration.days(3),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', width: fullWidth, height: 4, alarms: [...alarms] })],
        [openNow(stage)],
        [runs(props), filesOf(stage), bytesOf(stage)],
        [failures(stage), lastGoodRuns(stage), budgetUse(stage)],
        [depth(props), waiting(props.push), ofFunctions(props.functions)],
      ],
    });
  }
}

/** A third of a row. */
function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: fullWidth / 3, height, leftYAxis: { min: 0 } });
}

function openNow(stage: string): IWidget {
  const names = [
    ['RunsOverdue', 'runs overdue'],
    ['FilesMissing', 'expected files missing'],
    ['CircuitsOpen', 'circuits open'],
    ['CertificatesExpiring', 'certificates expiring'],
  ] as const;
  const metrics = names.map(([name, label]) =>
    stageMetric(stage, name, { statistic: 'Maximum', period: now, label }),
  );
  return new SingleValueWidget({ title: 'Open now', width: fullWidth, height: 3, metrics });
}

function runs({ stage, pull, push }: StageDashboardProps): IWidget {
  const of = { statistic: Stats.SUM, period: hour };
  return graph('Runs', [
    pull.metricSucceeded({ ...of, label: 'ended' }),
    stageMetric(stage, 'RunsHalted', { statistic: 'Sum', period: hour, label: 'halted' }),
    pull.metricFailed({ ...of, label: 'failed or halted' }),
    pull.metricTimedOut({ ...of, label: 'timed out' }),
    push.reconcile.machine.metricSucceeded({ ...of, label: 'reconciles' }),
    push.reconcile.machine.metricFailed({ ...of, label: 'reconciles failed' }),
  ]);
}

function filesOf(stage: string): IWidget {
  return graph('Files moved', [
    stageMetric(stage, 'FilesMoved', { statistic: 'Sum', period: hour, label: 'files' }),
  ]);
}

function bytesOf(stage: string): IWidget {
  return graph('Bytes moved', [
    stageMetric(stage, 'BytesMoved', { statistic: 'Sum', period: hour, label: 'bytes' }),
  ]);
}

function failures(stage: string): IWidget {
  return graph('Failures', [
    stageMetric(stage, 'FilesFailed', { statistic: 'Sum', period: hour, label: 'files failed' }),
    stageMetric(stage, 'FilesAmiss', { statistic: 'Sum', period: hour, label: 'late, too small or twice' }),
  ]);
}

function lastGoodRuns(stage: string): IWidget {
  const age = metricOfPartners(stage, 'LastGoodRunAge', { statistic: 'Maximum', period: now });
  return graph('Age of the last good run, by partner (s)', [age]);
}

function budgetUse(stage: string): IWidget {
  const use = metricOfPartners(stage, 'ConnectionsInUse', { statistic: 'Maximum', period: now });
  return graph('Connections in use, by partner (%)', [use]);
}

function depth({ push, missedRuns }: StageDashboardProps): IWidget {
  const of = { statistic: Stats.MAXIMUM, period: now };
  const { ingest, deliveries } = push;
  return graph('Messages in the queues', [
    ingest.queue.metricApproximateNumberOfMessagesVisible({ ...of, label: 'events' }),
    deliveries.queue.metricApproximateNumberOfMessagesVisible({ ...of, label: 'deliveries' }),
    ingest.deadLetters.metricApproximateNumberOfMessagesVisible({ ...of, label: 'events given up' }),
    deliveries.deadLetters.metricApproximateNumberOfMessagesVisible({ ...of, label: 'deliveries given up' }),
    missedRuns.metricApproximateNumberOfMessagesVisible({ ...of, label: 'runs missed' }),
  ]);
}

function waiting({ ingest, deliveries }: PushPath): IWidget {
  const of = { statistic: Stats.MAXIMUM, period: now };
  return graph('Age of the oldest message (s)', [
    ingest.queue.metricApproximateAgeOfOldestMessage({ ...of, label: 'events' }),
    deliveries.queue.metricApproximateAgeOfOldestMessage({ ...of, label: 'deliveries' }),
  ]);
}

function ofFunctions(functions: readonly SyncFunction[]): IWidget {
  return graph(
    'Errors of functions',
    functions.map((each) => each.function.metricErrors({ statistic: Stats.SUM, period: hour })),
  );
}
