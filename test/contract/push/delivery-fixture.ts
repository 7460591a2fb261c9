import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { ConnectionDependencies } from '../../../lambdas/connections/connection-dependencies.ts';
import { type Delivery, deliverySchema } from '../../../lambdas/contract/events/delivery.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import type { DeliveryRecord } from '../../../lambdas/core/delivery/delivery-record.ts';
import { parseRelativePath } from '../../../lambdas/core/path/relative-path.ts';
import type { Timeouts } from '../../../lambdas/ftps/session/timeouts.ts';
import { readDelivery } from '../../../lambdas/ledger/entries/delivery-entries.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import type { PushEvents } from '../../../lambdas/push/push-events.ts';
import { PartnerSessions } from '../../../lambdas/push/push-file/partner-sessions.ts';
import { type PushEnd, pushFile } from '../../../lambdas/push/push-file/push-file.ts';
import type { Bucket } from '../../../lambdas/s3/bucket.ts';
import { currentObject } from '../../../lambdas/s3/object-versions.ts';
import type { PartnerOptions } from '../../../testing/start-partner.ts';
import { startTestPartner, type TestPartner, testPassword } from '../../support/partner/test-partner.ts';
import { connectionDependencies, endless } from '../../support/test-connections.ts';
import type { PushStage, TestFlow } from './push-stage.ts';

interface FixtureOptions {
  /** Settings of the flow, which delivers to `/in`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly server?: PartnerOptions;
  readonly signal?: AbortSignal;
  readonly events?: Pick<PushEvents, 'publishFailed'>;
}

/** What one worker of several has for itself. */
export interface Worker {
  /** The id of its message. Default: that of the version, as if the queue handed out the same message. */
  readonly message?: string;
  readonly deadline?: ConnectionDependencies['deadline'];
  readonly now?: () => Date;
  readonly table?: Table;
  readonly outbox?: Bucket;
}

/** A partner with a scriptable server, and a flow that delivers to it without a queue. */
export class DeliveryFixture {
  readonly partner: TestPartner;
  readonly flow: TestFlow;
  readonly #stage: PushStage;
  readonly #file: PartnerFile;
  readonly #options: FixtureOptions;

  private constructor(stage: PushStage, partner: TestPartner, options: FixtureOptions) {
    this.#stage = stage;
    this.partner = partner;
    this.flow = stage.flow({ remote: '/in', ...options.settings });
    const { connection } = z.object({ connection: z.unknown() }).parse(partner.document);
    const { partner: name, flows } = this.flow.partner;
    this.#file = partnerFileSchema.parse({
      ...JSON.parse(JSON.stringify({ partner: name, flows })),
      connection,
    });
    this.#options = options;
  }

  static async start(stage: PushStage, options: FixtureOptions = {}): Promise<DeliveryFixture> {
    const { server = {} } = options;
    const partner = await startTestPartner('acme', { flows: { in: { direction: 'push' } }, server });
    return new DeliveryFixture(stage, partner, options);
  }

  /** Puts an object below the prefix. @returns the delivery of that version. */
  async put(below: string, text: string): Promise<Delivery> {
    const key = `${this.flow.prefix}${below}`;
    await this.#stage.put(key, text);
    return this.current(below);
  }

  /** The delivery of the current version of an object below the prefix. */
  async current(below: string): Promise<Delivery> {
    const key = `${this.flow.prefix}${below}`;
    const { versionId = '', sizeBytes = 0 } = (await currentObject(this.#stage.outbox, key)) ?? {};
    return deliverySchema.parse({ ...this.flow.name, key, versionId, sizeBytes });
  }

  /** Puts a delete marker on the object. */
  async delete(below: string): Promise<void> {
    const { client, name: Bucket } = this.#stage.outbox;
    await client.send(new DeleteObjectCommand({ Bucket, Key: `${this.flow.prefix}${below}` }));
  }

  /**
   * Delivers like an invocation with one message.
   * @param timeouts replace those that the test waits for.
   */
  async push(
    delivery: Delivery,
    timeouts: Partial<Timeouts> = {},
    {
      message = delivery.versionId,
      deadline,
      now = () => new Date(),
      table = this.#stage.table(),
      outbox = this.#stage.outbox,
    }: Worker = {},
  ): Promise<PushEnd> {
    const { signal = new AbortController().signal, events = { publishFailed: async () => {} } } =
      this.#options;
    const login = { user: 'ann', password: testPassword };
    const time = deadline ?? endless(signal);
    const dependencies = connectionDependencies(this.#stage.table(), login, { deadline: time });
    await using sessions = new PartnerSessions({ ...dependencies, timeouts });
    return await pushFile(
      { id: message, body: delivery, received: 1 },
      {
        table,
        outbox,
        pushQueue: this.#stage.pushQueue,
        readPartner: async () => this.#file,
        sessions,
        now,
        deadline: time,
        events,
      },
    );
  }

  record(relativePath: string): Promise<DeliveryRecord> {
    return readDelivery(this.#stage.table(), {
      flowName: this.flow.name,
      relativePath: parseRelativePath(relativePath),
    });
  }

  /** The names in `/in`, hidden ones included, in order. */
  async names(): Promise<string[]> {
    return [...(await this.partner.tree.list('/in'))].map(({ name }) => name).toSorted();
  }
}
