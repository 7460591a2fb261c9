import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { alarmNameOf } from '../../../lambdas/contract/events/alarm-names.ts';
import type { PushPath } from '../push/push-path.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { stageMetric } from './custom-metrics.ts';
import { functionAlarms, type MonitoredFunctions } from './function-alarms.ts';

const period = Duration.minutes(5);

/** For a metric that the monitor writes at each of its rounds, for as long as what it counts is open. */
const whileOpen = { statistic: 'Maximum', period } as const;

/**
 * Longer than the sum of all pauses between the attempts of a delivery that needs no operator
 * (lambdas/core/delivery/delivery-retry.ts).
 */
const maxDeliveryAge = Duration.hours(2);

export interface StageAlarmsProps {
  readonly stage: string;
  readonly pull: StateMachine;
  readonly push: PushPath;
  readonly scheduleDlq: Queue;
  readonly functions: MonitoredFunctions;
  /** Undefined: the alarms have no action. */
  readonly alarmTopic: ITopic | undefined;
}

/** The alarms of a stage. The description of each states its impact and links its section of the runbook. */
export class StageAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: StageAlarmsProps) {
    super(scope, id);
    this.alarms = Object.entries({
      ...runAlarms(props),
      ...pushAlarms(props.push),
      ...partnerAlarms(props.stage),
      ...functionAlarms(props.functions),
    }).map(([alarmId, spec]) => this.#create(alarmId, props.stage, spec));
    if (props.alarmTopic === undefined) return;
    for (const alarm of this.alarms) alarm.addAlarmAction(new SnsAction(props.alarmTopic));
  }

  #create(id: string, stage: string, spec: AlarmSpec): Alarm {
    const { name, metric, atLeast = 1, below, periods = 1, impact, section } = spec;
    return new Alarm(this, id, {
      alarmName: alarmNameOf(stage, name),
      alarmDescription: `${impact} See docs/runbook.md#${section}`,
      metric,
      comparisonOperator:
        below === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: below ?? atLeast,
      evaluationPeriods: periods,
      // Step Functions, SQS and Lambda publish no zeros, so missing data is normal, except where silence
      // itself is the error.
      treatMissingData: below === undefined ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
    });
  }
}

/** By construct id, like those below. */
function runAlarms({
  stage,
  pull,
  push,
  scheduleDlq,
}: StageAlarmsProps): Readonly<Record<string, AlarmSpec>> {
  const reconcile = push.reconcile.machine;
  return {
    RunFailed: {
      name: 'run-failed',
      metric: pull.metricFailed({ period }),
      impact: 'A run failed or was halted: files of a partner have not arrived.',
      section: 'a-run-failed',
    },
    RunHalted: {
      name: 'run-halted',
      metric: stageMetric(stage, 'RunsHalted', { statistic: 'Sum', period }),
      impact:
        'A guard halted a run because of a suspicious listing: the flow takes no files until the listing recovers or an operator approves it.',
      section: 'a-run-was-halted',
    },
    RunOverdue: {
      name: 'run-overdue',
      metric: stageMetric(stage, 'RunsOverdue', whileOpen),
      impact: 'No run of a flow has succeeded since it was due: files of a partner are waiting.',
      section: 'a-run-is-overdue',
    },
    RunTimedOut: {
      name: 'run-timed-out',
      metric: pull.metricTimedOut({ period }),
      impact:
        'A run was stopped after 24 hours: its files may be incomplete, and later runs of the flow were skipped.',
      section: 'a-run-timed-out',
    },
    RunMissed: {
      name: 'run-not-started',
      metric: scheduleDlq.metricApproximateNumberOfMessagesVisible({ period }),
      impact: 'A scheduled run could not be started: its files wait until the next run.',
      section: 'a-run-was-missed',
    },
    ReconcileFailed: {
      name: 'reconcile-failed',
      metric: reconcile.metricFailed({ period }),
      impact: 'A reconcile failed: objects whose event was lost have not been sent to a partner.',
      section: 'a-reconcile-failed',
    },
    ReconcileTimedOut: {
      name: 'reconcile-timed-out',
      metric: reconcile.metricTimedOut({ period }),
      impact: 'A reconcile was stopped after 24 hours: the objects it had not reached have not been sent.',
      section: 'a-reconcile-failed',
    },
  };
}

function pushAlarms({ ingest, deliveries }: PushPath): Readonly<Record<string, AlarmSpec>> {
  return {
    EventNotRouted: {
      name: 'event-not-routed',
      metric: ingest.deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      impact:
        'The event of an object is in the dead-letter queue: only a reconcile would still send the object.',
      section: 'an-event-was-not-routed',
    },
    DeliveryGivenUp: {
      name: 'delivery-dead-lettered',
      metric: deliveries.deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      impact: 'A delivery failed five times and is in the dead-letter queue: a partner does not have a file.',
      section: 'a-delivery-is-in-the-dead-letter-queue',
    },
    DeliveryLate: {
      name: 'delivery-delayed',
      metric: deliveries.queue.metricApproximateAgeOfOldestMessage({ period }),
      atLeast: maxDeliveryAge.toSeconds(),
      impact: 'A delivery has waited for two hours: a partner gets its files late.',
      section: 'deliveries-are-late',
    },
  };
}

/** From what the monitor counts. Each of `whileOpen` stays in ALARM until resolved. */
function partnerAlarms(stage: string): Readonly<Record<string, AlarmSpec>> {
  return {
    FileMissing: {
      name: 'file-missing',
      metric: stageMetric(stage, 'FilesMissing', whileOpen),
      impact: "An expected file did not arrive in time: its consumers have no file, or yesterday's.",
      section: 'an-expected-file-is-missing',
    },
    FileAnomaly: {
      name: 'file-anomaly',
      metric: stageMetric(stage, 'FileAnomalies', { statistic: 'Sum', period }),
      impact: 'An expected file arrived late, too small or twice: its consumers may use the wrong file.',
      section: 'an-expected-file-is-late-too-small-or-a-duplicate',
    },
    CircuitOpen: {
      name: 'circuit-open',
      metric: stageMetric(stage, 'CircuitsOpen', whileOpen),
      impact: 'A partner refuses the login, so its circuit is open: none of its flows moves files.',
      section: 'a-circuit-is-open',
    },
    CertificateExpiring: {
      name: 'certificate-expiring',
      metric: stageMetric(stage, 'CertificatesExpiring', whileOpen),
      impact: "A partner's certificate expires within 21 days: after that none of its flows moves files.",
      section: 'a-certificate-is-expiring',
    },
  };
}
