import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { wholeStage } from '../../../lambdas/ledger/audit-log.ts';
import { countText } from '../../../lambdas/report/amounts.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { optionalReasonOption } from '../../args/invocation.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { recordAudit } from '../../stage/audit.ts';
import { poll } from '../../stage/poll.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';

export const command: CommandDefinition = {
  usage: 'redrive',
  summary: 'move messages from the dead-letter queues back to be retried',
  options: [optionalReasonOption, ...commonOptions],
  action: (invocation) => redrive(invocation.optionalReason(), invocation.commonOptions()),
};

const intervalMs = 500;

/** The redrive allow policy of a dead-letter queue names the one queue that it belongs to. */
const allowPolicySchema = z.object({ sourceQueueArns: z.array(z.string()).length(1) });

async function redrive(reason: string, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, 'redrive', async (stage) => {
    const moved = await redriveRecorded(stage, reason);
    options.output.json({ moved });
    for (const { queue, messages } of moved) {
      options.output.text(`${countText(messages, 'message')} moved back from ${queue.split('/').at(-1)}\n`);
    }
    return exitCodes.done;
  });
}

type MovedMessages = readonly { readonly queue: string; readonly messages: number }[];

/** Moves the messages, and records that an operator did. */
export async function redriveRecorded(
  stage: Pick<Stage, 'deadLetters' | 'table' | 'operator'>,
  reason: string,
): Promise<MovedMessages> {
  const moved = await redriveAll(stage);
  const total = moved.reduce((sum, { messages }) => sum + messages, 0);
  if (total === 0) return moved;
  const on = countText(total, 'message');
  await recordAudit(stage, { kind: 'redrive', partner: wholeStage, flow: undefined, reason, on });
  return moved;
}

/** Waits until the messages are moved. @returns how many came from each dead-letter queue. */
export async function redriveAll({ deadLetters }: Pick<Stage, 'deadLetters'>): Promise<MovedMessages> {
  const client = new SQSClient({});
  const moved: MovedMessages[number][] = [];
  for (const queue of deadLetters) moved.push({ queue, messages: await redriveQueue(client, queue) });
  return moved;
}

async function redriveQueue(client: SQSClient, QueueUrl: string): Promise<number> {
  const query = new GetQueueAttributesCommand({
    QueueUrl,
    AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'RedriveAllowPolicy'],
  });
  const { Attributes = {} } = await client.send(query);
  if (Number(Attributes.ApproximateNumberOfMessages ?? 0) === 0) return 0;
  const SourceArn = Attributes.QueueArn;
  // Without a destination, SQS moves only messages that its own receive count brought here. The functions
  // send some themselves.
  const { sourceQueueArns } = allowPolicySchema.parse(JSON.parse(Attributes.RedriveAllowPolicy ?? '{}'));
  await client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn: sourceQueueArns[0] }));
  return await poll(
    async () => {
      const { Results = [] } = await client.send(
        new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }),
      );
      const [task] = Results;
      return task?.Status === 'RUNNING' ? undefined : Number(task?.ApproximateNumberOfMessagesMoved ?? 0);
    },
    { intervalMs },
  );
}
