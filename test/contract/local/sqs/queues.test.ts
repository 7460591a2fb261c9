import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  SendMessageBatchCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LocalStack } from '../../../../local/local-stack.ts';
import { startQueueStack } from '../queue-stack.ts';
import { createQueueClient, type QueueClient } from './queue-client.ts';

let folder = '';
let stack: LocalStack;
let queues: QueueClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-queues-'));
  stack = await startQueueStack(folder);
  queues = createQueueClient(stack);
});

beforeEach(async () => {
  for (const queue of ['Bare', 'BareDead', 'Line', 'LineDead']) await queues.purge(queue);
});

afterAll(async () => {
  queues.client.destroy();
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

const noWait = { WaitTimeSeconds: 0 };

function bodies(
  messages: readonly { readonly Body?: string | undefined }[],
): readonly (string | undefined)[] {
  return messages.map(({ Body }) => Body);
}

async function deleteFrom(queue: string, ReceiptHandle: string | undefined): Promise<void> {
  await queues.client.send(new DeleteMessageCommand({ QueueUrl: queues.url(queue), ReceiptHandle }));
}

test('The URL of a queue has the address of the local stack', async () => {
  const { QueueUrls: urls = [] } = await queues.client.send(
    new ListQueuesCommand({ QueueNamePrefix: 'FtpsSync-test' }),
  );
  const name = urls
    .find((url) => url === queues.url('Bare'))
    ?.split('/')
    .at(-1);

  const { QueueUrl: url } = await queues.client.send(new GetQueueUrlCommand({ QueueName: name }));

  expect(url).toBe(`${stack.endpoint}/000000000000/${name}`);
});

test('A received message has its body, its time and its receive count', async () => {
  const sent = await queues.send('Bare', 'à {"b": 1}\n');

  const [message] = await queues.receive('Bare');

  expect(message).toMatchObject({ MessageId: sent.MessageId, Body: 'à {"b": 1}\n' });
  expect(message?.Attributes?.ApproximateReceiveCount).toBe('1');
  expect(Number(message?.Attributes?.SentTimestamp)).toBeGreaterThan(1_700_000_000_000);
});

test('A received message is in flight until it is deleted', async () => {
  await queues.send('Bare', 'a');
  const [message] = await queues.receive('Bare');

  const again = await queues.receive('Bare', noWait);
  const during = await queues.counts('Bare');
  await deleteFrom('Bare', message?.ReceiptHandle);

  expect(again).toEqual([]);
  expect(during).toEqual([0, 1, 0]);
  expect(await queues.counts('Bare')).toEqual([0, 0, 0]);
});

test('A message that is not deleted is received again after its visibility timeout', async () => {
  await queues.send('Bare', 'a');
  await queues.receive('Bare', { VisibilityTimeout: 1 });

  const [again] = await queues.receive('Bare');

  expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
});

test('A visibility timeout of 0 makes the message visible at once', async () => {
  await queues.send('Bare', 'a');
  const [message] = await queues.receive('Bare');

  await queues.client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queues.url('Bare'),
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );

  expect(bodies(await queues.receive('Bare', noWait))).toEqual(['a']);
});

test('A delayed message is received after its delay, which is scaled like all waits', async () => {
  await queues.send('Bare', 'a', { DelaySeconds: 900 });

  const before = await queues.counts('Bare');
  const messages = await queues.receive('Bare', { WaitTimeSeconds: 20 });

  expect(before).toEqual([0, 0, 1]);
  expect(bodies(messages)).toEqual(['a']);
});

test('A send ends a waiting receive', async () => {
  const earlier = queues.receive('BareDead', { WaitTimeSeconds: 20 });
  const waiting = queues.receive('Bare', { WaitTimeSeconds: 20 });
  await queues.counts('Bare');

  await queues.send('Bare', 'a');

  // The earlier receive waits as long, and nothing is sent to its queue.
  expect(bodies(await Promise.race([earlier, waiting]))).toEqual(['a']);
  await queues.send('BareDead', 'b');
  await earlier;
});

test('A client that disconnects while it waits receives no message', async () => {
  const disconnect = new AbortController();
  const target = { 'x-amz-target': 'AmazonSQS.ReceiveMessage', 'content-type': 'application/x-amz-json-1.0' };
  const body = JSON.stringify({ QueueUrl: queues.url('Bare'), WaitTimeSeconds: 20 });
  const waiting = fetch(stack.endpoint, { method: 'POST', headers: target, body, signal: disconnect.signal });
  await queues.counts('Bare');
  disconnect.abort();
  await expect(waiting).rejects.toThrow();
  await queues.counts('Bare');

  await queues.send('Bare', 'a');

  expect(bodies(await queues.receive('Bare'))).toEqual(['a']);
});

test('Messages of a group are received in order, with increasing sequence numbers', async () => {
  await queues.sendOrdered('Line', 'g', ['1', '2', '3']);

  const messages = await queues.receive('Line');

  expect(bodies(messages)).toEqual(['1', '2', '3']);
  const numbers = messages.map(({ Attributes }) => Attributes?.SequenceNumber ?? '');
  expect(numbers).toEqual(numbers.toSorted());
  expect(messages[0]?.Attributes?.MessageGroupId).toBe('g');
});

test('A group is locked while one of its messages is in flight, and other groups are not', async () => {
  await queues.sendOrdered('Line', 'a', ['a1', 'a2']);
  await queues.sendOrdered('Line', 'b', ['b1']);
  const [first] = await queues.receive('Line', { MaxNumberOfMessages: 1 });

  const others = await queues.receive('Line', noWait);
  await deleteFrom('Line', first?.ReceiptHandle);
  const next = await queues.receive('Line', noWait);

  expect(bodies([...(first === undefined ? [] : [first]), ...others, ...next])).toEqual(['a1', 'b1', 'a2']);
});

test('A message that becomes visible again precedes the later ones of its group', async () => {
  await queues.sendOrdered('Line', 'g', ['1', '2']);
  await queues.receive('Line', { MaxNumberOfMessages: 1, VisibilityTimeout: 1 });

  const again = await queues.receive('Line');

  expect(bodies(again)).toEqual(['1', '2']);
});

test('A message that is sent twice within five minutes is one message, even after it was deleted', async () => {
  const same = { MessageGroupId: 'g', MessageDeduplicationId: crypto.randomUUID() };
  const first = await queues.send('Line', 'a', same);
  const second = await queues.send('Line', 'a', same);
  const received = await queues.receive('Line');
  await deleteFrom('Line', received[0]?.ReceiptHandle);
  const third = await queues.send('Line', 'a', same);

  const after = await queues.receive('Line', noWait);

  expect([second.MessageId, third.MessageId]).toEqual([first.MessageId, first.MessageId]);
  expect(second.SequenceNumber).toBe(first.SequenceNumber);
  expect(received).toHaveLength(1);
  expect(after).toEqual([]);
});

test('A message that is received too often moves to the dead-letter queue, and its group continues', async () => {
  await queues.sendOrdered('Line', 'g', ['bad', 'good']);
  for (const _ of [1, 2]) await queues.receive('Line', { MaxNumberOfMessages: 1, VisibilityTimeout: 0 });

  const next = await queues.receive('Line', noWait);
  const dead = await queues.receive('LineDead', noWait);

  expect(bodies(next)).toEqual(['good']);
  expect(bodies(dead)).toEqual(['bad']);
  expect(dead[0]?.Attributes?.DeadLetterQueueSourceArn).toMatch(/:FtpsSync-test-.*\.fifo$/);
});

test('A redrive returns dead letters in order, with a receive count of 0', async () => {
  await queues.sendOrdered('Line', 'g', ['1', '2']);
  for (const _ of [1, 2, 3]) await queues.receive('Line', { VisibilityTimeout: 0, WaitTimeSeconds: 0 });

  await queues.client.send(new StartMessageMoveTaskCommand({ SourceArn: stack.outputs.LineDeadArn }));

  const { Results: tasks = [] } = await queues.client.send(
    new ListMessageMoveTasksCommand({ SourceArn: stack.outputs.LineDeadArn }),
  );
  const back = await queues.receive('Line');
  expect(tasks[0]).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 2 });
  expect(bodies(back)).toEqual(['1', '2']);
  expect(back[0]?.Attributes?.ApproximateReceiveCount).toBe('1');
  expect(await queues.counts('LineDead')).toEqual([0, 0, 0]);
});

test('A dead letter without a source stays, and the redrive reports it', async () => {
  await queues.send('BareDead', 'a');

  await queues.client.send(new StartMessageMoveTaskCommand({ SourceArn: stack.outputs.BareDeadArn }));

  const { Results: tasks = [] } = await queues.client.send(
    new ListMessageMoveTasksCommand({ SourceArn: stack.outputs.BareDeadArn }),
  );
  expect(tasks[0]).toMatchObject({ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' });
  expect(await queues.counts('BareDead')).toEqual([1, 0, 0]);
});

test('An expired receipt handle of a FIFO queue deletes nothing and is an error', async () => {
  await queues.sendOrdered('Line', 'g', ['a']);
  const [message] = await queues.receive('Line', { VisibilityTimeout: 0 });

  const deletion = deleteFrom('Line', message?.ReceiptHandle);

  await expect(deletion).rejects.toThrow('receipt handle has expired');
  expect(await queues.counts('Line')).toEqual([1, 0, 0]);
});

test('A refused entry of a batch does not affect the others', async () => {
  const { Successful: sent = [], Failed: failed = [] } = await queues.client.send(
    new SendMessageBatchCommand({
      QueueUrl: queues.url('Bare'),
      Entries: [
        { Id: 'good', MessageBody: 'a' },
        { Id: 'bad', MessageBody: 'a\u0000' },
      ],
    }),
  );

  expect(sent.map(({ Id }) => Id)).toEqual(['good']);
  expect(failed.map(({ Id, Code }) => [Id, Code])).toEqual([['bad', 'InvalidMessageContents']]);
});

test('A batch deletes several messages', async () => {
  for (const body of ['a', 'b']) await queues.send('Bare', body);
  const messages = await queues.receive('Bare');

  await queues.client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queues.url('Bare'),
      Entries: messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    }),
  );

  expect(messages).toHaveLength(2);
  expect(await queues.counts('Bare')).toEqual([0, 0, 0]);
});

test('A message of 1 MiB is accepted, and a longer one is refused', async () => {
  const largest = 'x'.repeat(1_048_576);
  await queues.send('Bare', largest);

  const longer = queues.send('Bare', `${largest}x`);

  await expect(longer).rejects.toThrow('Message must be shorter than 1048576 bytes');
  expect((await queues.receive('Bare'))[0]?.Body).toHaveLength(1_048_576);
});

test('The attributes of a queue are those of the template', async () => {
  const { Attributes: attributes } = await queues.client.send(
    new GetQueueAttributesCommand({ QueueUrl: queues.url('Ordered'), AttributeNames: ['All'] }),
  );

  expect(attributes).toMatchObject({
    FifoQueue: 'true',
    ContentBasedDeduplication: 'true',
    VisibilityTimeout: '60',
  });
  expect(JSON.parse(attributes?.RedrivePolicy ?? '{}').maxReceiveCount).toBe(3);
});

const refused: readonly {
  readonly title: string;
  readonly call: () => Promise<unknown>;
  readonly name: string;
}[] = [
  {
    title: 'to a queue that does not exist',
    call: () => queues.client.send(new GetQueueUrlCommand({ QueueName: 'none' })),
    name: 'QueueDoesNotExist',
  },
  {
    title: 'without a group to a FIFO queue',
    call: () => queues.send('Line', 'a', { MessageDeduplicationId: 'd' }),
    name: 'MissingParameter',
  },
  {
    title: 'without a deduplication id',
    call: () => queues.send('Line', 'a', { MessageGroupId: 'g' }),
    name: 'InvalidParameterValue',
  },
  {
    title: 'with a space in the group',
    call: () => queues.send('Line', 'a', { MessageGroupId: 'g g', MessageDeduplicationId: 'd' }),
    name: 'InvalidParameterValue',
  },
  {
    title: 'with a character that SQS does not accept',
    call: () => queues.send('Bare', 'a\u0007'),
    name: 'InvalidMessageContents',
  },
  {
    title: 'with an invalid receipt handle',
    call: () => deleteFrom('Bare', 'receipt'),
    name: 'ReceiptHandleIsInvalid',
  },
  {
    title: 'that creates a queue',
    call: () => queues.client.send(new CreateQueueCommand({ QueueName: 'more' })),
    name: 'UnknownOperationException',
  },
];

test.each(refused)('A call $title is a $name error', async ({ call, name }) => {
  await expect(call()).rejects.toMatchObject({ name });
});
