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
import type { SyncFunction } from '../blocks/sync-function.ts';
import type { PushPath } from '../push/push-path.ts';
import { partnerMetric, stageMetric } from './custom-metrics.ts';

/** For history: a nightly run is one bar. */
const hour = Duration.hours(1);
/** For the present state: the period of the monitor. */
const now = Duration.minutes(5);

const fullWidth = 24;
const height = 6;

export interface StageDashboardProps {
  readonly stage: string;
  readonly pull: StateMachine;
  readonly push: PushPath;
  readonly scheduleDlq: Queue;
  readonly functions: readonly SyncFunction[];
  readonly alarms: readonly Alarm[];
}

/**
 * The stage at a glance: alarms, open items, runs, moved files, and the age of each partner's last good run.
 */
export class StageDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: StageDashboardProps) {
    const { stage, alarms } = props;
    super(scope, id, {
      dashboardName: `ftps-sync-${stage}`,
      defaultInterval: Duration.days(3),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', width: fullWidth, height: 4, alarms: [...alarms] })],
        [openItems(stage)],
        [runs(props), filesTransferred(stage), bytesTransferred(stage)],
        [failedFiles(stage), lastGoodRuns(stage), connectionsInUse(stage)],
        [queueLengths(props), queueAges(props.push), functionErrors(props.functions)],
      ],
    });
  }
}

/** A third of a row. */
function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: fullWidth / 3, height, leftYAxis: { min: 0 } });
}

function openItems(stage: string): IWidget {
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
  const hourly = { statistic: Stats.SUM, period: hour };
  return graph('Runs', [
    pull.metricSucceeded({ ...hourly, label: 'succeeded' }),
    stageMetric(stage, 'RunsHalted', { statistic: 'Sum', period: hour, label: 'halted' }),
    pull.metricFailed({ ...hourly, label: 'failed or halted' }),
    pull.metricTimedOut({ ...hourly, label: 'timed out' }),
    push.reconcile.machine.metricSucceeded({ ...hourly, label: 'reconciles succeeded' }),
    push.reconcile.machine.metricFailed({ ...hourly, label: 'reconciles failed' }),
  ]);
}

function filesTransferred(stage: string): IWidget {
  return graph('Files transferred', [
    stageMetric(stage, 'FilesTransferred', { statistic: 'Sum', period: hour, label: 'files' }),
  ]);
}

function bytesTransferred(stage: string): IWidget {
  return graph('Bytes transferred', [
    stageMetric(stage, 'BytesTransferred', { statistic: 'Sum', period: hour, label: 'bytes' }),
  ]);
}

function failedFiles(stage: string): IWidget {
  return graph('Failed files and anomalies', [
    stageMetric(stage, 'FilesFailed', { statistic: 'Sum', period: hour, label: 'failed' }),
    stageMetric(stage, 'FileAnomalies', {
      statistic: 'Sum',
      period: hour,
      label: 'late, too small or duplicate',
    }),
    stageMetric(stage, 'EventsRejected', { statistic: 'Sum', period: hour, label: 'events not published' }),
  ]);
}

function lastGoodRuns(stage: string): IWidget {
  const age = partnerMetric(stage, 'LastGoodRunAge', { statistic: 'Maximum', period: now });
  return graph('Age of the last good run, by partner (s)', [age]);
}

function connectionsInUse(stage: string): IWidget {
  const use = partnerMetric(stage, 'ConnectionsInUse', { statistic: 'Maximum', period: now });
  return graph('Connections in use, by partner (%)', [use]);
}

function queueLengths({ push, scheduleDlq }: StageDashboardProps): IWidget {
  const current = { statistic: Stats.MAXIMUM, period: now };
  const { ingest, deliveries } = push;
  return graph('Messages in queues', [
    ingest.queue.metricApproximateNumberOfMessagesVisible({ ...current, label: 'events' }),
    deliveries.queue.metricApproximateNumberOfMessagesVisible({ ...current, label: 'deliveries' }),
    ingest.deadLetters.metricApproximateNumberOfMessagesVisible({ ...current, label: 'events (DLQ)' }),
    deliveries.deadLetters.metricApproximateNumberOfMessagesVisible({
      ...current,
      label: 'deliveries (DLQ)',
    }),
    scheduleDlq.metricApproximateNumberOfMessagesVisible({ ...current, label: 'missed runs (DLQ)' }),
  ]);
}

function queueAges({ ingest, deliveries }: PushPath): IWidget {
  const current = { statistic: Stats.MAXIMUM, period: now };
  return graph('Age of the oldest message (s)', [
    ingest.queue.metricApproximateAgeOfOldestMessage({ ...current, label: 'events' }),
    deliveries.queue.metricApproximateAgeOfOldestMessage({ ...current, label: 'deliveries' }),
  ]);
}

function functionErrors(functions: readonly SyncFunction[]): IWidget {
  return graph(
    'Function errors',
    functions.map((each) => each.function.metricErrors({ statistic: Stats.SUM, period: hour })),
  );
}
