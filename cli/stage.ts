import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { SFNClient } from '@aws-sdk/client-sfn';
import { type StackOutputs, stackName, stackOutputs } from '../lambdas/contract/names.ts';
import { openTable, type Table } from '../lambdas/ledger/table.ts';
import { openPartners, type Partners } from '../lambdas/partners/partners.ts';
import { type Bucket, openBucket } from '../lambdas/s3/bucket.ts';
import { CommandFault, exitCodes } from './exit-code.ts';

/** A deployed or a local stage, found by its stack's outputs: what every command works on. */
export interface Stage {
  readonly name: string;
  readonly pullMachineArn: string;
  readonly reconcileMachineArn: string;
  readonly doctorMachineArn: string;
  readonly executions: SFNClient;
  readonly table: Table;
  readonly inbox: Bucket;
  readonly outbox: Bucket;
  readonly runs: Bucket;
  /** The queue of deliveries, as a URL. */
  readonly pushQueue: string;
  /** The queues of what could not be routed or delivered, as URLs. */
  readonly deadLetters: readonly string[];
  readonly readPartner: Partners['readPartner'];
  readonly readAllPartners: Partners['readAllPartners'];
}

/** Finds the stage with the environment's AWS settings, which for a local stage lead to the local stack. */
export async function findStage(name: string): Promise<Stage> {
  const outputs = await readOutputs(name);
  const { readPartner, readAllPartners } = openPartners(outputs.partnersPath);
  return {
    name,
    pullMachineArn: outputs.pullMachine,
    reconcileMachineArn: outputs.reconcileMachine,
    doctorMachineArn: outputs.doctorMachine,
    executions: new SFNClient({}),
    table: openTable(outputs.table),
    inbox: openBucket(outputs.inboxBucket),
    outbox: openBucket(outputs.outboxBucket),
    runs: openBucket(outputs.runsBucket),
    pushQueue: outputs.pushQueue,
    deadLetters: [outputs.ingestDeadLetters, outputs.pushDeadLetters],
    readPartner,
    readAllPartners,
  };
}

async function readOutputs(stage: string): Promise<StackOutputs> {
  const StackName = stackName(stage);
  const { Stacks = [] } = await new CloudFormationClient({})
    .send(new DescribeStacksCommand({ StackName }))
    .catch((cause: unknown) => {
      const said = cause instanceof Error ? cause.message : String(cause);
      const message = `Cannot find the stack ${StackName}: ${said}. Deploy it, or check --stage and your AWS credentials.`;
      throw new CommandFault(exitCodes.usage, message, { cause });
    });
  const values = new Map(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const outputOf = (output: keyof StackOutputs): string => {
    const value = values.get(stackOutputs[output]);
    if (value !== undefined) return value;
    const message = `The stack ${StackName} has no output ${stackOutputs[output]}: deploy it again with this version.`;
    throw new CommandFault(exitCodes.usage, message);
  };
  return {
    table: outputOf('table'),
    inboxBucket: outputOf('inboxBucket'),
    outboxBucket: outputOf('outboxBucket'),
    runsBucket: outputOf('runsBucket'),
    partnersPath: outputOf('partnersPath'),
    pullMachine: outputOf('pullMachine'),
    reconcileMachine: outputOf('reconcileMachine'),
    doctorMachine: outputOf('doctorMachine'),
    pushQueue: outputOf('pushQueue'),
    pushDeadLetters: outputOf('pushDeadLetters'),
    ingestDeadLetters: outputOf('ingestDeadLetters'),
  };
}
