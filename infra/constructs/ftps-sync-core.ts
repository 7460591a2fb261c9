import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type PullStep, partnersPath } from '../../lambdas/contract/names.ts';
import { InboxBucket } from './inbox-bucket.ts';
import { LedgerTable } from './ledger-table.ts';
import { MissedRunsQueue } from './missed-runs-queue.ts';
import { type OnRemoval, removalPolicy } from './on-removal.ts';
import type { PullFunction } from './pull-function.ts';
import { createPullFunctions } from './pull-functions.ts';
import { grantPull } from './pull-grants.ts';
import { PullWorkflow } from './pull-workflow.ts';
import { RunsBucket } from './runs-bucket.ts';
import { StageAlarms } from './stage-alarms.ts';

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

/** What all partners of a stage share: buckets, ledger, the pull's functions and workflow, queue and alarms. */
export class FtpsSyncCore extends Construct {
  readonly stage: string;
  readonly partnersPath: string;
  readonly inboxBucket: InboxBucket;
  readonly runsBucket: RunsBucket;
  readonly table: LedgerTable;
  readonly functions: Readonly<Record<PullStep, PullFunction>>;
  readonly pull: PullWorkflow;
  readonly scheduleGroup: ScheduleGroup;
  readonly missedRuns: Queue;

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
    this.functions = createPullFunctions(this, {
      stage,
      environment: {
        FTPS_SYNC_TABLE: this.table.tableName,
        FTPS_SYNC_INBOX_BUCKET: this.inboxBucket.bucketName,
        FTPS_SYNC_RUNS_BUCKET: this.runsBucket.bucketName,
        FTPS_SYNC_PARTNERS_PATH: this.partnersPath,
      },
    });
    grantPull(this);
    this.pull = new PullWorkflow(this, 'Pull', { stage, functions: this.functions });
    this.scheduleGroup = new ScheduleGroup(this, 'Schedules', {
      scheduleGroupName: `ftps-sync-${stage}`,
      // Its name is fixed: left behind, it would stand in the way of the stage's next deploy.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.missedRuns = new MissedRunsQueue(this, 'MissedRuns');
    new StageAlarms(this, 'Alarms', {
      stage,
      machine: this.pull.machine,
      missedRuns: this.missedRuns,
      alarmTopic,
    });
  }
}
