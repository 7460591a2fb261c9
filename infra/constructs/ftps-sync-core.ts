import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type PullStep, partnersPath } from '../../lambdas/contract/names.ts';
import { HandlerCode } from './blocks/handler-code.ts';
import { ScheduleDlq } from './blocks/schedule-dlq.ts';
import type { SyncFunction } from './blocks/sync-function.ts';
import { DoctorFunction } from './operations/doctor-function.ts';
import type { MonitoredFunctions } from './operations/function-alarms.ts';
import { MonitorFunction } from './operations/monitor-function.ts';
import { StageAlarms } from './operations/stage-alarms.ts';
import { StageDashboard } from './operations/stage-dashboard.ts';
import { createPullFunctions } from './pull/pull-functions.ts';
import { grantPull } from './pull/pull-grants.ts';
import { PullWorkflow } from './pull/pull-workflow.ts';
import { PushPath } from './push/push-path.ts';
import { InboxBucket, RunsBucket } from './storage/buckets.ts';
import { LedgerTable } from './storage/ledger-table.ts';
import { type OnRemoval, removalPolicy } from './storage/on-removal.ts';

export interface FtpsSyncCoreProps {
  /**
   * Part of every resource name, so that one account can have several stages. Lower-case letters, digits and
   * hyphens, at most 20.
   */
  readonly stage: string;
  /** Default: `retain`. */
  readonly onRemoval?: OnRemoval;
  /** For the buckets and the table; the stack must then have a fixed region. Default: keys owned by AWS. */
  readonly encryptionKey?: IKey;
  /** The topic that alarms notify. Default: none; alarms are visible in CloudWatch only. */
  readonly alarmTopic?: ITopic;
}

/**
 * The resources that all partners of a stage share: buckets, ledger, functions, workflows, queues, schedule
 * group, alarms and dashboard.
 */
export class FtpsSyncCore extends Construct {
  readonly stage: string;
  readonly partnersPath: string;
  readonly inboxBucket: InboxBucket;
  readonly runsBucket: RunsBucket;
  readonly table: LedgerTable;
  /** The functions of the pull; those of the push are in `push.functions`. */
  readonly functions: Readonly<Record<PullStep, SyncFunction>>;
  readonly pull: PullWorkflow;
  readonly push: PushPath;
  readonly doctor: DoctorFunction;
  readonly scheduleGroup: ScheduleGroup;
  readonly scheduleDlq: Queue;
  readonly monitor: MonitorFunction;

  constructor(scope: Construct, id: string, props: FtpsSyncCoreProps) {
    super(scope, id);
    const { stage, onRemoval = 'retain', encryptionKey } = props;
    const bucket: BucketProps = {
      removalPolicy: removalPolicy(onRemoval),
      ...(encryptionKey !== undefined && { encryptionKey }),
    };
    const code = new HandlerCode();
    this.stage = stage;
    this.partnersPath = partnersPath(stage);
    this.inboxBucket = new InboxBucket(this, 'Inbox', bucket);
    this.runsBucket = new RunsBucket(this, 'Runs', bucket);
    this.table = new LedgerTable(this, 'Ledger', { onRemoval, encryptionKey });
    const shared = { stage, code, table: this.table, partnersPath: this.partnersPath };

    this.functions = createPullFunctions(this, {
      stage,
      code,
      environment: {
        FTPS_SYNC_STAGE: stage,
        FTPS_SYNC_TABLE: this.table.tableName,
        FTPS_SYNC_INBOX_BUCKET: this.inboxBucket.bucketName,
        FTPS_SYNC_RUNS_BUCKET: this.runsBucket.bucketName,
        FTPS_SYNC_PARTNERS_PATH: this.partnersPath,
      },
    });
    grantPull(this);
    this.pull = new PullWorkflow(this, 'Pull', {
      stage,
      functions: this.functions,
      runsBucket: this.runsBucket,
    });
    this.push = new PushPath(this, 'Push', { ...shared, bucket });
    this.doctor = new DoctorFunction(this, 'Doctor', shared);

    this.scheduleGroup = new ScheduleGroup(this, 'Schedules', {
      scheduleGroupName: `ftps-sync-${stage}`,
      // Its name is fixed: a retained group would make the next deploy of the stage fail.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.scheduleDlq = new ScheduleDlq(this, 'ScheduleDlq');
    this.monitor = new MonitorFunction(this, 'Monitor', {
      ...shared,
      scheduleGroup: this.scheduleGroup,
      scheduleDlq: this.scheduleDlq,
      ingestDeadLetters: this.push.ingest.deadLetters,
      pushDeadLetters: this.push.deliveries.deadLetters,
      pull: this.pull.machine,
      reconcile: this.push.reconcile.machine,
    });
    this.#addAlarmsAndDashboard(props.alarmTopic);
  }

  #addAlarmsAndDashboard(alarmTopic: ITopic | undefined): void {
    const functions = this.#monitoredFunctions();
    const shown = {
      stage: this.stage,
      pull: this.pull.machine,
      push: this.push,
      scheduleDlq: this.scheduleDlq,
    };
    const { alarms } = new StageAlarms(this, 'Alarms', { ...shown, functions, alarmTopic });
    new StageDashboard(this, 'Dashboard', {
      ...shown,
      functions: [...functions.looping, ...functions.others],
      alarms,
    });
  }

  #monitoredFunctions(): MonitoredFunctions {
    const {
      'start-run': startRun,
      'finish-run': finishRun,
      'end-execution': endExecution,
      ...loopingOfPull
    } = this.functions;
    const { 'route-object': routeObject, ...loopingOfPush } = this.push.functions;
    return {
      looping: [...Object.values(loopingOfPull), ...Object.values(loopingOfPush)],
      others: [startRun, finishRun, endExecution, routeObject, this.doctor.function, this.monitor.function],
      monitor: this.monitor.function,
    };
  }
}
