import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { type StackOutputs, stackName, stackOutputs } from '../lambdas/contract/names.ts';
import type { PartnerFile } from '../lambdas/contract/partner-file/partner-file.ts';
import { FtpsSync } from './constructs/ftps-sync.ts';
import { FtpsSyncCore } from './constructs/ftps-sync-core.ts';
import type { OnRemoval } from './constructs/storage/on-removal.ts';

export interface SyncStackProps {
  readonly stage: string;
  readonly partners: readonly PartnerFile[];
  readonly onRemoval: OnRemoval;
  /** The ARN of the topic that alarms notify. */
  readonly alarmTopic: string | undefined;
}

/** One stage: the core and one construct for each partner. Environment-agnostic. */
export class SyncStack extends Stack {
  constructor(scope: Construct, props: SyncStackProps) {
    super(scope, stackName(props.stage), {
      description: `ftps-sync ${props.stage}: partner file exchange between FTPS servers and S3`,
    });
    const core = new FtpsSyncCore(this, 'Core', {
      stage: props.stage,
      onRemoval: props.onRemoval,
      ...(props.alarmTopic !== undefined && {
        alarmTopic: Topic.fromTopicArn(this, 'AlarmTopic', props.alarmTopic),
      }),
    });
    for (const partner of props.partners) new FtpsSync(this, `Partner-${partner.partner}`, { core, partner });
    this.#addOutputs({
      table: core.table.tableName,
      inboxBucket: core.inboxBucket.bucketName,
      outboxBucket: core.push.outboxBucket.bucketName,
      runsBucket: core.runsBucket.bucketName,
      partnersPath: core.partnersPath,
      pullMachine: core.pull.machine.stateMachineArn,
      reconcileMachine: core.push.reconcile.machine.stateMachineArn,
      doctorMachine: core.doctor.machine.stateMachineArn,
      pushQueue: core.push.deliveries.queue.queueUrl,
      pushDeadLetters: core.push.deliveries.deadLetters.queueUrl,
      ingestDeadLetters: core.push.ingest.deadLetters.queueUrl,
    });
  }

  #addOutputs(outputs: StackOutputs): void {
    new CfnOutput(this, stackOutputs.table, { value: outputs.table });
    new CfnOutput(this, stackOutputs.inboxBucket, { value: outputs.inboxBucket });
    new CfnOutput(this, stackOutputs.outboxBucket, { value: outputs.outboxBucket });
    new CfnOutput(this, stackOutputs.runsBucket, { value: outputs.runsBucket });
    new CfnOutput(this, stackOutputs.partnersPath, { value: outputs.partnersPath });
    new CfnOutput(this, stackOutputs.pullMachine, { value: outputs.pullMachine });
    new CfnOutput(this, stackOutputs.reconcileMachine, { value: outputs.reconcileMachine });
    new CfnOutput(this, stackOutputs.doctorMachine, { value: outputs.doctorMachine });
    new CfnOutput(this, stackOutputs.pushQueue, { value: outputs.pushQueue });
    new CfnOutput(this, stackOutputs.pushDeadLetters, { value: outputs.pushDeadLetters });
    new CfnOutput(this, stackOutputs.ingestDeadLetters, { value: outputs.ingestDeadLetters });
  }
}
