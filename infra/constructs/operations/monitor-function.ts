import { Duration, TimeZone, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, type ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import {
  acknowledgeKeyUse,
  grantLedger,
  grantReadAllPartners,
  grantReadExecutions,
} from '../blocks/function-grants.ts';
import type { HandlerCode } from '../blocks/handler-code.ts';
import { logicalId } from '../blocks/nag-finding-ids.ts';
import { SyncFunction } from '../blocks/sync-function.ts';

/** The maximum delay of everything that the monitor reports. */
export const monitorPeriod = Duration.minutes(5);

export interface MonitorFunctionProps {
  readonly stage: string;
  readonly code: HandlerCode;
  readonly table: TableV2;
  readonly partnersPath: string;
  readonly scheduleGroup: ScheduleGroup;
  readonly scheduleDlq: Queue;
  readonly ingestDeadLetters: Queue;
  readonly pushDeadLetters: Queue;
  readonly pull: StateMachine;
  readonly reconcile: StateMachine;
}

/**
 * Runs every five minutes and reports what no other function can: missing files, overdue runs, runs that were
 * stopped, and messages in dead-letter queues.
 */
export class MonitorFunction extends Construct {
  readonly function: SyncFunction;

  constructor(scope: Construct, id: string, props: MonitorFunctionProps) {
    super(scope, id);
    const { stage, code, table, partnersPath, scheduleGroup } = props;
    this.function = new SyncFunction(this, 'Monitor', {
      stage,
      name: 'monitor',
      purpose: 'reports missing files and overdue runs',
      // A few sequential reads for each partner and flow: hundreds of partners take half a minute.
      size: { timeout: Duration.minutes(4), memorySize: 256 },
      code,
      environment: {
        FTPS_SYNC_STAGE: stage,
        FTPS_SYNC_TABLE: table.tableName,
        FTPS_SYNC_PARTNERS_PATH: partnersPath,
        FTPS_SYNC_RECONCILE_MACHINE: props.reconcile.stateMachineArn,
        FTPS_SYNC_SCHEDULE_DLQ_URL: props.scheduleDlq.queueUrl,
        FTPS_SYNC_INGEST_DLQ_URL: props.ingestDeadLetters.queueUrl,
        FTPS_SYNC_PUSH_DLQ_URL: props.pushDeadLetters.queueUrl,
      },
    });
    grantLedger(table, this.function, 'read-write');
    grantReadAllPartners(partnersPath, this.function);
    for (const queue of [props.scheduleDlq, props.ingestDeadLetters, props.pushDeadLetters])
      queue.grant(this.function, 'sqs:GetQueueAttributes');
    for (const machine of [props.pull, props.reconcile]) grantReadExecutions(machine, this.function);
    props.reconcile.grant(this.function, 'states:ListExecutions');
    EventBus.fromEventBusName(this.function, 'DefaultBus', 'default').grantPutEventsTo(this.function);
    acknowledgeKeyUse(this.function);

    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
    });
    const schedule = new Schedule(this, 'Schedule', {
      description: `ftps-sync ${stage}: the monitor`,
      schedule: ScheduleExpression.expression(
        `cron(0/${monitorPeriod.toMinutes()} * * * ? *)`,
        TimeZone.ETC_UTC,
      ),
      scheduleGroup,
      // No retries: the next round is five minutes later.
      target: new LambdaInvoke(this.function.function, { role, retryAttempts: 0 }),
    });
    // The template refers to the group by its literal name, from which CloudFormation infers no dependency.
    schedule.node.addDependency(scheduleGroup);
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${logicalId(this.function.function)}.Arn>:*]`,
      reason: 'Versions of one function of this stack.',
    });
  }
}
