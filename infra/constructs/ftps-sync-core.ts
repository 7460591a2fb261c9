import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type PullStep, partnersPath } from '../../lambdas/contract/names.ts';
import { DoctorFunction } from './doctor-function.ts';
import type { WatchedFunctions } from './function-alarms.ts';
import { HandlerCode } from './handler-code.ts';
import { InboxBucket } from './inbox-bucket.ts';
import { LedgerTable } from './ledger-table.ts';
import { MissedRunsQueue } from './missed-runs-queue.ts';
import { type OnRemoval, removalPolicy } from './on-removal.ts';
import { createPullFunctions } from './pull-functions.ts';
import { grantPull } from './pull-grants.ts';
import { PullWorkflow } from './pull-workflow.ts';
import { PushPath } from './push-path.ts';
import { RunsBucket } from './runs-bucket.ts';
import { StageAlarms } from './stage-alarms.ts';
import { StageDashboard } from './stage-dashboard.ts';
import type { SyncFunction } from './sync-function.ts';
import { WatchFunction } from './watch-function.ts';

export interface FtpsSyncCoreProps {
  /** Part of every name: two stages live side by side in one account. Lower-case letters, digits and hyphens, at most 20. */
  readonly stage: string;
  /** Default: `retain`. */
  readonly onRemoval?: OnRemoval;
  /** For the buckets and the table; the stack must name its region then. Default: keys that AWS owns. */
  readonly encryptionKey?: IKey;
  /** Where the alarms go. Default: nowhere; they are seen in CloudWatch alone. */
  readonly alarmTopic?: ITopic;
}

/** What all partners of a stage share: buckets, ledger, functions, the workflow of the pull, the path of the push, and alarms. */
export class FtpsSyncCore extends Construct {
  readonly stage: string;
  readonly partnersPath: string;
  readonly inboxBucket: InboxBucket;
  readonly runsBucket: RunsBucket;
  readonly table: LedgerTable;
  /** Those of the pull. */
  readonly functions: Readonly<Record<PullStep, SyncFunction>>;
  readonly pull: PullWorkflow;
  readonly push: PushPath;
  readonly doctor: DoctorFunction;
  readonly scheduleGroup: ScheduleGroup;
  readonly missedRuns: Queue;
  readonly watch: WatchFunction;

  constructor(scope: Construct, id: string, props: FtpsSyncCoreProps) {
    super(scope, id);
    const { stage, onRemoval = 'retain', encryptionKey, alarmTopic } = props;
    const bucket = {
      removalPolicy: removalPolicy(onRemoval),
      ...(encryptionKey !== undefined && { encryptionKey }),
    };
    this.stage = stage;
    this.partnersPath = partnersPath(stage);
    this.inboxBucket = new InboxBucket(this, 'Inbox', bucket);
    this.runsBucket = new RunsBucket(this, 'Runs', bucket);
    this.table = new LedgerTable(this, 'Ledger', { onRemoval, encryptionKey });
    const code = new HandlerCode();
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
    this.push = new PushPath(this, 'Push', {
      stage,
      code,
      table: this.table,
      partnersPath: this.partnersPath,
      bucket,
    });
    this.doctor = new DoctorFunction(this, 'Doctor', {
      stage,
      code,
      table: this.table,
      partnersPath: this.partnersPath,
    });
    this.scheduleGroup = new ScheduleGroup(this, 'Schedules', {
      scheduleGroupName: `ftps-sync-${stage}`,
      // Its name is fixed: left behind, it would stand in the way of the stage's next deploy.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.missedRuns = new MissedRunsQueue(this, 'MissedRuns');
    this.watch = new WatchFunction(this, 'Watch', {
      stage,
      code,
      table: this.table,
      partnersPath: this.partnersPath,
      scheduleGroup: this.scheduleGroup,
      missedRuns: this.missedRuns,
      ingestDeadLetters: this.push.ingest.deadLetters,
      pushDeadLetters: this.push.deliveries.deadLetters,
      pull: this.pull.machine,
      reconcile: this.push.reconcile.machine,
    });
    const watched = this.#watchedFunctions();
    const { alarms } = new StageAlarms(this, 'Alarms', {
      stage,
      pull: this.pull.machine,
      push: this.push,
      missedRuns: this.missedRuns,
      functions: watched,
      alarmTopic,
    });
    new StageDashboard(this, 'Dashboard', {
      stage,
      pull: this.pull.machine,
      push: this.push,
      missedRuns: this.missedRuns,
      functions: [...watched.looping, ...watched.others],
      alarms,
    });
  }

  #watchedFunctions(): WatchedFunctions {
    const { 'start-run': start, 'finish-run': finish, 'conclude-run': conclude, ...looping } = this.functions;
    const { 'route-object': route, ...ofPush } = this.push.functions;
    return {
      looping: [...Object.values(looping), ...Object.values(ofPush)],
      others: [start, finish, conclude, route, this.doctor.function, this.watch.function],
      watch: this.watch.function,
    };
  }
}
