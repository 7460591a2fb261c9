import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { PushPath } from './push-path.ts';

const period = Duration.minutes(5);

/** Longer than the pauses between the tries of a delivery that needs no person (lambdas/sync/delivery-retry.ts). */
const lateDelivery = Duration.hours(2);

export interface StageAlarmsProps {
  readonly stage: string;
  readonly pull: StateMachine;
  readonly push: PushPath;
  readonly missedRuns: Queue;
  /** Undefined: the alarms tell nobody. */
  readonly alarmTopic: ITopic | undefined;
}

interface Ringing {
  /** Ends the alarm's name. */
  readonly name: string;
  readonly metric: Metric;
  /** The least that rings. Default: 1. */
  readonly from?: number;
  /** What it costs to ignore it. */
  readonly impact: string;
  /** Of docs/runbook.md. */
  readonly section: string;
}

/** What a person must know of. Each alarm says what it costs to ignore it, and which section of the runbook helps. */
export class StageAlarms extends Construct {
  constructor(scope: Construct, id: string, props: StageAlarmsProps) {
    super(scope, id);
    const alarms = Object.entries({ ...ofRuns(props), ...ofPush(props.push) }).map(([alarmId, ringing]) =>
      this.#create(alarmId, props.stage, ringing),
    );
    if (props.alarmTopic === undefined) return;
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(props.alarmTopic));
  }

  #create(id: string, stage: string, { name, metric, from, impact, section }: Ringing): Alarm {
    return new Alarm(this, id, {
      alarmName: `ftps-sync-${stage}-${name}`,
      alarmDescription: `${impact} See docs/runbook.md#${section}`,
      metric,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: from ?? 1,
      evaluationPeriods: 1,
      // Step Functions and SQS send no zeros in quiet times.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

function ofRuns({ pull, push, missedRuns }: StageAlarmsProps): Readonly<Record<string, Ringing>> {
  const reconcile = push.reconcile.machine;
  return {
    RunFailed: {
      name: 'run-failed',
      metric: pull.metricFailed({ period }),
      impact: 'A run failed or was halted: files of a partner have not arrived.',
      section: 'a-run-failed',
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
