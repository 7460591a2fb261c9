import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

const period = Duration.minutes(5);

export interface StageAlarmsProps {
  readonly stage: string;
  readonly machine: StateMachine;
  readonly missedRuns: Queue;
  /** Undefined: the alarms tell nobody. */
  readonly alarmTopic: ITopic | undefined;
}

/** What a person must know of. Each alarm says what it costs to ignore it, and which section of the runbook helps. */
export class StageAlarms extends Construct {
  constructor(scope: Construct, id: string, props: StageAlarmsProps) {
    super(scope, id);
    const { machine, missedRuns } = props;
    const alarms = [
      this.#onAny('RunFailed', {
        name: `ftps-sync-${props.stage}-run-failed`,
        metric: machine.metricFailed({ period }),
        impact: 'A run failed or was halted: files of a partner have not arrived.',
        section: 'a-run-failed',
      }),
      this.#onAny('RunTimedOut', {
        name: `ftps-sync-${props.stage}-run-timed-out`,
        metric: machine.metricTimedOut({ period }),
        impact:
          'A run was stopped after a day: its files may be incomplete, and the runs after it did not start.',
        section: 'a-run-timed-out',
      }),
      this.#onAny('RunMissed', {
        name: `ftps-sync-${props.stage}-run-missed`,
        metric: missedRuns.metricApproximateNumberOfMessagesVisible({ period }),
        impact: 'A scheduled run could not be started: files of a partner wait until the next one.',
        section: 'a-run-was-missed',
      }),
    ];
    if (props.alarmTopic === undefined) return;
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(props.alarmTopic));
  }

  #onAny(id: string, what: { name: string; metric: Metric; impact: string; section: string }): Alarm {
    return new Alarm(this, id, {
      alarmName: what.name,
      alarmDescription: `${what.impact} See docs/runbook.md#${what.section}`,
      metric: what.metric,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      // Step Functions and SQS send no zeros in quiet times.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
