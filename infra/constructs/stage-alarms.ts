import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { alarmNameOf } from '../../lambdas/contract/alarm-names.ts';
import { ofFunctions, type WatchedFunctions } from './function-alarms.ts';
import { stageMetric } from './own-metrics.ts';
import type { PushPath } from './push-path.ts';
import type { Ringing } from './ringing.ts';

const period = Duration.minutes(5);

/** The watch counts what is so, each time it looks. */
const found = { statistic: 'Maximum', period } as const;

/** Longer than the pauses between the tries of a delivery that needs no person (lambdas/sync/delivery-retry.ts). */
const lateDelivery = Duration.hours(2);

export interface StageAlarmsProps {
  readonly stage: string;
  readonly pull: StateMachine;
  readonly push: PushPath;
  readonly missedRuns: Queue;
  readonly functions: WatchedFunctions;
  /** Undefined: the alarms tell nobody. */
  readonly alarmTopic: ITopic | undefined;
}

/** What a person must know of. Each alarm says what it costs to ignore it, and which section of the runbook helps. */
export class StageAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: StageAlarmsProps) {
    super(scope, id);
    this.alarms = Object.entries({
      ...ofRuns(props),
      ...ofPush(props.push),
      ...ofPartners(props.stage),
      ...ofFunctions(props.functions),
    }).map(([alarmId, ringing]) => this.#create(alarmId, props.stage, ringing));
    if (props.alarmTopic === undefined) return;
    for (const alarm of this.alarms) alarm.addAlarmAction(new SnsAction(props.alarmTopic));
  }

  #create(id: string, stage: string, ringing: Ringing): Alarm {
    const { name, metric, from = 1, below, periods = 1, impact, section } = ringing;
    return new Alarm(this, id, {
      alarmName: alarmNameOf(stage, name),
      alarmDescription: `${impact} See docs/runbook.md#${section}`,
      metric,
      comparisonOperator:
        below === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: below ?? from,
      evaluationPeriods: periods,
      // Step Functions, SQS and Lambda send no zeros in quiet times; what must never be quiet says so by its silence.
      treatMissingData: below === undefined ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
    });
  }
}

function ofRuns({ stage, pull, push, missedRuns }: StageAlarmsProps): Readonly<Record<string, Ringing>> {
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
        'A guard did not believe a listing, and halted the run: nothing is taken until a person has looked.',
      section: 'a-run-was-halted',
    },
    RunOverdue: {
      name: 'run-overdue',
      metric: stageMetric(stage, 'RunsOverdue', found),
      impact: 'No run of a flow has ended well since it was due: files of a partner wait.',
      section: 'a-run-is-overdue',
    },
    RunTimedOut: {
      name: 'run-timed-out',
      metric: pull.metricTimedOut({ period }),
      impact:
        'A run was stopped after a day: its files may be incomplete, and the runs after it did not start.',
      section: 'a-run-timed-out',
    },
    RunMissed: {
      name: 'run-missed',
      metric: missedRuns.metricApproximateNumberOfMessagesVisible({ period }),
      impact: 'A scheduled run could not be started: files wait until the next one.',
      section: 'a-run-was-missed',
    },
    ReconcileFailed: {
      name: 'reconcile-failed',
      metric: reconcile.metricFailed({ period }),
      impact: 'A reconcile failed: objects without an event have not been sent to a partner.',
      section: 'a-reconcile-failed',
    },
    ReconcileTimedOut: {
      name: 'reconcile-timed-out',
      metric: reconcile.metricTimedOut({ period }),
      impact: 'A reconcile was stopped after a day: objects behind where it stood have not been sent.',
      section: 'a-reconcile-failed',
    },
  };
}

function ofPush({ ingest, deliveries }: PushPath): Readonly<Record<string, Ringing>> {
  return {
    EventNotRouted: {
      name: 'event-not-routed',
      metric: ingest.deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      impact: 'The event of an object was given up: without a reconcile, the partner never gets the object.',
      section: 'an-event-was-not-routed',
    },
    DeliveryGivenUp: {
      name: 'delivery-given-up',
      metric: deliveries.deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      impact: 'A delivery failed five times and was given up: a partner does not have a file.',
      section: 'a-delivery-was-given-up',
    },
    DeliveryLate: {
      name: 'delivery-late',
      metric: deliveries.queue.metricApproximateAgeOfOldestMessage({ period }),
      from: lateDelivery.toSeconds(),
      impact: 'A delivery has waited for two hours: a partner gets its files late.',
      section: 'deliveries-are-late',
    },
  };
}

/** What the watch finds; it rings for as long as it is so. */
function ofPartners(stage: string): Readonly<Record<string, Ringing>> {
  return {
    FileMissing: {
      name: 'file-missing',
      metric: stageMetric(stage, 'FilesMissing', found),
      impact: "An expected file has not come in time: whoever works with it has nothing, or yesterday's.",
      section: 'an-expected-file-is-missing',
    },
    FileAmiss: {
      name: 'file-amiss',
      metric: stageMetric(stage, 'FilesAmiss', { statistic: 'Sum', period }),
      impact: 'An expected file came late, too small or twice: whoever works with it may use the wrong one.',
      section: 'an-expected-file-is-late-too-small-or-a-duplicate',
    },
    CircuitOpen: {
      name: 'circuit-open',
      metric: stageMetric(stage, 'CircuitsOpen', found),
      impact: 'A partner refuses our login, and nobody connects to it: none of its flows moves a file.',
      section: 'nobody-connects-to-a-partner',
    },
    CertificateExpiring: {
      name: 'certificate-expiring',
      metric: stageMetric(stage, 'CertificatesExpiring', found),
      impact: 'The certificate of a partner ends within 21 days: after that no flow of it moves a file.',
      section: 'a-certificate-is-expiring',
    },
  };
}
