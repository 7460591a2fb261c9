import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { countText } from '../amounts.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import type { Stage } from '../stage.ts';
import { withStage } from '../with-stage.ts';

const pollMs = 500;

/** The dead letters' own word for the one queue that they come from. */
const allowPolicySchema = z.object({ sourceQueueArns: z.array(z.string()).length(1) });

/** `redrive`: moves what ended in the dead-letter queues back to where it came from, to be tried again. */
export async function redrive(options: CommonOptions): Promise<ExitCode> {
  return withStage(options, 'redrive', async (stage) => {
    const moved = await moveBack(stage);
    options.output.json({ moved });
    for (const { queue, messages } of moved) {
      options.output.text(`${countText(messages, 'message')} moved back from ${queue.split('/').at(-1)}\n`);
    }
    return exitCodes.done;
  });
}

/** How many messages were moved back from each dead-letter queue. */
export async function moveBack({
  deadLetters,
}: Pick<Stage, 'deadLetters'>): Promise<readonly { readonly queue: string; readonly messages: number }[]> {
  const client = new SQSClient({});
  const moved: { readonly queue: string; readonly messages: number }[] = [];
  for (const queue of deadLetters) moved.push({ queue, messages: await redriveQueue(client, queue) });
  return moved;
}

async function redriveQueue(client: SQSClient, QueueUrl: string): Promise<number> {
  const wanted = new GetQueueAttributesCommand({
    QueueUrl,
    AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'RedriveAllowPolicy'],
  });
  const { Attributes = {} } = await client.send(wanted);
  if (Number(Attributes.ApproximateNumberOfMessages ?? 0) === 0) return 0;
  const SourceArn = Attributes.QueueArn;
  // Not every message came here by the queue's own count: without a destination SQS moves only those that did.
  const { sourceQueueArns } = allowPolicySchema.parse(JSON.parse(Attributes.RedriveAllowPolicy ?? '{}'));
  await client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn: sourceQueueArns[0] }));
  for (;;) {
    const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }));
    const [task] = Results;
    if (task?.Status !== 'RUNNING') return Number(task?.ApproximateNumberOfMessagesMoved ?? 0);
    await sleep(pollMs);
  }
}
