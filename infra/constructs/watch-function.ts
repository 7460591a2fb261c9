import { Duration, TimeZone, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, type ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { logicalId } from './finding-names.ts';
import {
  acknowledgeKeyUse,
  grantLedger,
  grantReadAllPartners,
  grantSeeExecutions,
} from './function-grants.ts';
import type { HandlerCode } from './handler-code.ts';
import { SyncFunction } from './sync-function.ts';

/** What a person learns is so much late at the most. */
export const watchPeriod = Duration.minutes(5);

export interface WatchFunctionProps {
  readonly stage: string;
  readonly code: HandlerCode;
  readonly table: TableV2;
  readonly partnersPath: string;
  readonly scheduleGroup: ScheduleGroup;
  readonly missedRuns: Queue;
  readonly ingestDeadLetters: Queue;
  readonly pushDeadLetters: Queue;
  readonly pull: StateMachine;
  readonly reconcile: StateMachine;
}

/** Looks every five minutes at what nobody would tell by itself: files and runs that did not come, runs that were stopped, and dead letters. */
export class WatchFunction extends Construct {
  readonly function: SyncFunction;

  constructor(scope: Construct, id: string, props: WatchFunctionProps) {
    super(scope, id);
    const { stage, code, table, partnersPath, scheduleGroup } = props;
    this.function = new SyncFunction(this, 'Watch', {
      stage,
      name: 'watch',
      purpose: 'looks for what did not come',
      // Some reads for each partner and flow, one after the other: hundreds of partners take half a minute.
      size: { timeout: Duration.minutes(4), memorySize: 256 },
      code,
      environment: {
        FTPS_SYNC_STAGE: stage,
        FTPS_SYNC_TABLE: table.tableName,
        FTPS_SYNC_PARTNERS_PATH: partnersPath,
        FTPS_SYNC_RECONCILE_MACHINE: props.reconcile.stateMachineArn,
        FTPS_SYNC_MISSED_RUNS_URL: props.missedRuns.queueUrl,
        FTPS_SYNC_INGEST_DEAD_LETTERS_URL: props.ingestDeadLetters.queueUrl,
        FTPS_SYNC_PUSH_DEAD_LETTERS_URL: props.pushDeadLetters.queueUrl,
      },
    });
    grantLedger(table, this.function, 'read-write');
    grantReadAllPartners(partnersPath, this.function);
    for (const queue of [props.missedRuns, props.ingestDeadLetters, props.pushDeadLetters])
      queue.grant(this.function, 'sqs:GetQueueAttributes');
    for (const machine of [props.pull, props.reconcile]) grantSeeExecutions(machine, this.function);
    props.reconcile.grant(this.function, 'states:ListExecutions');
    EventBus.fromEventBusName(this.function, 'DefaultBus', 'default').grantPutEventsTo(this.function);
    acknowledgeKeyUse(this.function);

    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
    });
    const schedule = new Schedule(this, 'Schedule', {
      description: `ftps-sync ${stage}: the watch`,
      schedule: ScheduleExpression.expression(
        `cron(0/${watchPeriod.toMinutes()} * * * ? *)`,
        TimeZone.ETC_UTC,
      ),
      scheduleGroup,
      // Five minutes later there is another one.
      target: new LambdaInvoke(this.function.function, { role, retryAttempts: 0 }),
    });
    // The template names the group by its name, which alone would let CloudFormation make the schedule before its group.
    schedule.node.addDependency(scheduleGroup);
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${logicalId(this.function.function)}.Arn>:*]`,
      reason: 'The versions of one function of this stack.',
    });
  }
}
