import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { SFNClient } from '@aws-sdk/client-sfn';
import { type StackOutputs, stackName, stackOutputs } from '../../lambdas/contract/names.ts';
import { openTable, type Table } from '../../lambdas/ledger/table.ts';
import { openPartners, type Partners } from '../../lambdas/partners/partners.ts';
import { type Bucket, openBucket } from '../../lambdas/s3/bucket.ts';
import { CommandError, exitCodes } from '../exit-code.ts';
import { localOperator } from './operator.ts';

/** A deployed or a local stage: the resources that commands work on, from the outputs of its stack. */
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
  /** The URL of the queue of deliveries. */
  readonly pushQueue: string;
  /** The URLs of the dead-letter queues. */
  readonly deadLetters: readonly string[];
  /** Who uses the stage, for the audit log; asked once. */
  readonly operator: () => Promise<string>;
  readonly readPartner: Partners['readPartner'];
  readonly readAllPartners: Partners['readAllPartners'];
}

/**
 * Finds the stage with the AWS settings of the environment, which for a local stage point to the local stack.
 * @param findOperator Default: the local user.
 * @throws CommandError (usage) when there is no such stack, or it lacks an output of this version.
 */
export async function findStage(
  name: string,
  findOperator: (client: SFNClient) => Promise<string> = async () => localOperator(),
): Promise<Stage> {
  const outputs = await readOutputs(name);
  const { readPartner, readAllPartners } = openPartners(outputs.partnersPath);
  const executions = new SFNClient({});
  let operator: Promise<string> | undefined;
  return {
    name,
    operator: () => (operator ??= findOperator(executions)),
    pullMachineArn: outputs.pullMachine,
    reconcileMachineArn: outputs.reconcileMachine,
    doctorMachineArn: outputs.doctorMachine,
    executions,
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
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `Cannot find the stack ${StackName}: ${why}. Deploy it, or check --stage and your AWS credentials.`;
      throw new CommandError(exitCodes.usage, message, { cause });
    });
  const values = new Map(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const outputOf = (output: keyof StackOutputs): string => {
    const value = values.get(stackOutputs[output]);
    if (value !== undefined) return value;
    const message = `The stack ${StackName} has no output ${stackOutputs[output]}: deploy this version.`;
    throw new CommandError(exitCodes.usage, message);
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
