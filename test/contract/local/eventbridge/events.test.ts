import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { LocalStack } from '../../../../local/local-stack.ts';
import { createClients } from '../fixture-clients.ts';
import { startQueueStack } from '../queue-stack.ts';
import { createQueueClient, type QueueClient } from '../sqs/queue-client.ts';

let folder = '';
let stack: LocalStack;
let queues: QueueClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-events-'));
  stack = await startQueueStack(folder);
  queues = createQueueClient(stack);
});

beforeEach(async () => {
  await queues.purge('Ingest');
});

afterAll(async () => {
  queues.client.destroy();
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

const eventSchema = z.looseObject({
  id: z.string(),
  detail: z.looseObject({
    object: z.looseObject({ key: z.string(), sequencer: z.string() }),
    reason: z.string().optional(),
  }),
});

/** The events in the queue. A put returns after its event is in the queue. */
async function received() {
  const messages = await queues.receive('Ingest', { WaitTimeSeconds: 0 });
  return messages.map(({ Body }) => eventSchema.parse(JSON.parse(Body ?? '')));
}

function put(bucket: string | undefined, Key: string, Body = 'x') {
  return createClients(stack.endpoint).objects.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
}

async function putEvents(...entries: readonly object[]): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Entries: entries }),
  });
  return z.record(z.string(), z.unknown()).parse(await response.json());
}

test('A new object is an event in the format of EventBridge, with an unchanged key', async () => {
  const key = 'acme/orders/à b+c%20&=?.csv';
  const { VersionId: version, ETag: etag } = await put(stack.outputs.Outbox, key, 'hello');

  const [event] = await received();

  expect(event).toMatchObject({
    version: '0',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    account: '000000000000',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${stack.outputs.Outbox}`],
    detail: {
      version: '0',
      bucket: { name: stack.outputs.Outbox },
      object: { key, size: 5, etag: etag?.replaceAll('"', ''), 'version-id': version },
      requester: '000000000000',
      reason: 'PutObject',
    },
  });
});

test('The later version of a key has the greater sequencer', async () => {
  await put(stack.outputs.Outbox, 'k', 'one');
  await put(stack.outputs.Outbox, 'k', 'two');

  const events = await received();

  const sequencers = events.map(({ detail }) => detail.object.sequencer);
  expect(sequencers).toHaveLength(2);
  expect(sequencers).toEqual(sequencers.toSorted());
});

test('A multipart upload is one event', async () => {
  const { objects } = createClients(stack.endpoint);
  const upload = { Bucket: stack.outputs.Outbox, Key: 'parts' };
  const { UploadId } = await objects.send(new CreateMultipartUploadCommand(upload));
  const part = await objects.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'x' }));
  const Parts = [{ PartNumber: 1, ETag: part.ETag }];

  await objects.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }));

  const events = await received();
  expect(events.map(({ detail }) => [detail.object.key, detail.reason])).toEqual([
    ['parts', 'CompleteMultipartUpload'],
  ]);
});

test('A bucket without event notifications sends no events', async () => {
  await put(stack.outputs.Inbox, 'silent');
  await put(stack.outputs.Outbox, 'loud');

  const events = await received();

  expect(events.map(({ detail }) => detail.object.key)).toEqual(['loud']);
});

test('A refused object is not an event', async () => {
  const { objects } = createClients(stack.endpoint);
  await put(stack.outputs.Outbox, 'taken');

  const second = objects.send(
    new PutObjectCommand({ Bucket: stack.outputs.Outbox, Key: 'taken', Body: 'y', IfNoneMatch: '*' }),
  );

  await expect(second).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(await received()).toHaveLength(1);
});

const objectEvent = (bucket: string | undefined, key: string) => ({
  Source: 'aws.s3',
  DetailType: 'Object Created',
  Detail: JSON.stringify({ bucket: { name: bucket }, object: { key, sequencer: '1' } }),
});

test('An event that is put twice is received twice, with different ids', async () => {
  const event = objectEvent(stack.outputs.Outbox, 'again');

  await putEvents(event, event);

  const events = await received();
  expect(events.map(({ detail }) => detail.object.key)).toEqual(['again', 'again']);
  expect(new Set(events.map(({ id }) => id)).size).toBe(2);
});

test('An event without a matching rule is not delivered', async () => {
  await putEvents(objectEvent('another-bucket', 'a'), {
    ...objectEvent(stack.outputs.Outbox, 'b'),
    Source: 'mine',
  });

  expect(await received()).toEqual([]);
});

test('Malformed events of a call are refused without affecting the others', async () => {
  const good = objectEvent(stack.outputs.Outbox, 'good');

  const answer = await putEvents({ ...good, Detail: '{"bucket":' }, { Detail: '{}', DetailType: 'x' }, good);

  expect(answer).toMatchObject({
    FailedEntryCount: 2,
    Entries: [
      { ErrorCode: 'MalformedDetail' },
      { ErrorCode: 'InvalidArgument' },
      { EventId: expect.any(String) },
    ],
  });
  expect(await received()).toHaveLength(1);
});
