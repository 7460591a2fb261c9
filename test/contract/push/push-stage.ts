import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, vi } from 'vitest';
import { type Delivery, deliverySchema } from '../../../lambdas/contract/events/delivery.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import { type OpenItem, openIssues } from '../../../lambdas/ledger/alerts/attention.ts';
import type { FlowName } from '../../../lambdas/ledger/keys.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import { openQueue, type Queue } from '../../../lambdas/queues/queue.ts';
import { type Bucket, openBucket } from '../../../lambdas/s3/bucket.ts';
import { objectCreatedEvent } from '../../../local/eventbridge/object-created-event.ts';
import { queueUrl } from '../../../local/sqs/queue-address.ts';
import type { Queues } from '../../../local/sqs/queues.ts';
import { newFlow, useTable } from '../ledger/test-table.ts';
import { startLocalEndpoint } from '../local/s3/local-endpoint.ts';
import { queueNamed, startQueues } from './queue-service.ts';

const push = queueNamed('push.fifo', {
  isContentDeduplicated: false,
  deduplicationScope: 'messageGroup',
  throughputLimit: 'perMessageGroupId',
});

/** A partner that these tests do not connect to. */
const nobody = { host: 'ftps.acme.example', security: 'explicit', secret: 'acme', maxConnections: 4 };

/** A message of the push queue, and its group. */
export interface Sent {
  readonly group: string | undefined;
  readonly delivery: Delivery;
}

/** A push flow of one test. */
export interface TestFlow {
  readonly name: FlowName;
  readonly partner: PartnerFile;
  readonly prefix: string;
}

/**
 * Table, outbox and push queue behind their real protocols, opened like those of the functions. Shared by the
 * tests of a file.
 */
export class PushStage {
  readonly table: () => Table;
  outbox: Bucket = { name: '', client: openBucket('').client };
  pushQueue: Queue = openQueue('http://127.0.0.1');
  #queues: Queues | undefined;
  #lastEvent: () => unknown = () => undefined;
  #stop: () => Promise<void> = async () => {};

  constructor(table: () => Table) {
    this.table = table;
  }

  async start(): Promise<void> {
    const storage = await startLocalEndpoint();
    const now = () => new Date();
    const { queues, url, stop } = await startQueues([push], now);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', storage.url);
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', url);
    this.outbox = openBucket(await storage.createBucket({ versioned: true }));
    this.pushQueue = openQueue(queueUrl(url, push.name));
    this.#queues = queues;
    this.#lastEvent = () => {
      const created = storage.events.at(-1);
      return created && asDelivered(objectCreatedEvent(created, now()));
    };
    this.#stop = async () => {
      this.outbox.client.destroy();
      this.pushQueue.client.destroy();
      await stop();
      await storage.stop();
    };
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** A flow that no other test has. @param settings in addition to the required ones. */
  flow(settings: Readonly<Record<string, unknown>> = {}, connection: object = nobody): TestFlow {
    const name = newFlow();
    const prefix = `acme/${name.flow}/`;
    const partner = partnerFileSchema.parse({
      partner: name.partner,
      connection,
      flows: [{ name: name.flow, direction: 'push', remote: '/in', prefix, ...settings }],
    });
    return { name, partner, prefix };
  }

  /** Puts an object. @returns the event of S3 for it, as received from the ingest queue. */
  async put(key: string, text: string | Buffer = 'some bytes'): Promise<unknown> {
    await this.outbox.client.send(new PutObjectCommand({ Bucket: this.outbox.name, Key: key, Body: text }));
    return this.#lastEvent();
  }

  /** The flow's messages in the push queue, in the order in which they were sent. */
  sent({ name }: TestFlow): Sent[] {
    const messages = this.#queues?.byName(push.name)?.waiting() ?? [];
    return messages
      .map(({ group, body }) => ({ group, delivery: deliverySchema.parse(JSON.parse(body)) }))
      .filter(({ delivery }) => delivery.flow === name.flow);
  }

  /** The entries of the flow that need attention. */
  async issues({ name }: TestFlow): Promise<OpenItem[]> {
    const all = await Array.fromAsync(openIssues(this.table()));
    return all.filter(({ flow }) => flow === name.flow);
  }
}

/** Starts a stage for the tests of one file. */
export function usePushStage(): PushStage {
  const ledger = useTable();
  const stage = new PushStage(() => ledger.table);
  beforeAll(() => stage.start());
  afterAll(() => stage.stop());
  return stage;
}

/** The event as EventBridge wraps it. */
function asDelivered({ detailType, time, ...event }: ReturnType<typeof objectCreatedEvent>): unknown {
  const envelope = { version: '0', id: 'event', account: '000000000000', region: 'eu-south-1' };
  return JSON.parse(
    JSON.stringify({ ...envelope, ...event, 'detail-type': detailType, time: time.toISOString() }),
  );
}
