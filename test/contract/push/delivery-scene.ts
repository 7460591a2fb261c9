import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { type Delivery, deliverySchema } from '../../../lambdas/contract/delivery.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import type { Timeouts } from '../../../lambdas/ftps/timeouts.ts';
import { readDelivery } from '../../../lambdas/ledger/delivery-entries.ts';
import { PartnerSessions } from '../../../lambdas/push/partner-sessions.ts';
import { type PushEnd, pushFile } from '../../../lambdas/push/push-file.ts';
import type { TellFailed } from '../../../lambdas/push/tell-failed.ts';
import { currentObject } from '../../../lambdas/s3/read-object.ts';
import type { DeliveryRecord } from '../../../lambdas/sync/delivery-record.ts';
import type { FtpsServerOptions } from '../../support/ftps-server/options.ts';
import { startTestPartner, type TestPartner, testPassword } from '../../support/stage/test-partner.ts';
import { connectionSystems, endless } from '../../support/test-connections.ts';
import type { PushStage, TestFlow } from './push-stage.ts';

interface SceneOptions {
  /** Of the flow, which delivers to `/in`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly server?: Partial<FtpsServerOptions>;
  readonly signal?: AbortSignal;
  readonly tellFailed?: TellFailed;
}

/** A partner whose server does what it is told, and a flow that delivers there without a queue. */
export class DeliveryScene {
  readonly partner: TestPartner;
  readonly flow: TestFlow;
  readonly #stage: PushStage;
  readonly #file: PartnerFile;
  readonly #options: SceneOptions;

  private constructor(stage: PushStage, partner: TestPartner, options: SceneOptions) {
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

  static async start(stage: PushStage, options: SceneOptions = {}): Promise<DeliveryScene> {
    const { server = {} } = options;
    const partner = await startTestPartner('acme', { flows: { in: { direction: 'push' } }, server });
    return new DeliveryScene(stage, partner, options);
  }

  /** Puts an object below the prefix. @returns the delivery of that version. */
  async put(below: string, text: string): Promise<Delivery> {
    const key = `${this.flow.prefix}${below}`;
    await this.#stage.put(key, text);
    const { versionId = '', sizeBytes = 0 } = (await currentObject(this.#stage.outbox, key)) ?? {};
    return deliverySchema.parse({ ...this.flow.name, key, versionId, sizeBytes });
  }

  /** Puts a delete marker on the object. */
  async delete(below: string): Promise<void> {
    const { client, name: Bucket } = this.#stage.outbox;
    await client.send(new DeleteObjectCommand({ Bucket, Key: `${this.flow.prefix}${below}` }));
  }

  /** Delivers as one invocation with one message does. @param timeouts those that a test waits for, over the usual ones. */
  async push(delivery: Delivery, timeouts: Partial<Timeouts> = {}): Promise<PushEnd> {
    const { signal = new AbortController().signal, tellFailed = async () => undefined } = this.#options;
    const login = { user: 'ann', password: testPassword };
    const systems = connectionSystems(this.#stage.table(), login, { deadline: endless(signal) });
    await using sessions = new PartnerSessions({ ...systems, timeouts });
    return await pushFile(
      { body: delivery, received: 1 },
      {
        table: this.#stage.table(),
        outbox: this.#stage.outbox,
        readPartner: async () => this.#file,
        sessions,
        now: () => new Date(),
        deadline: endless(signal),
        tellFailed,
      },
    );
  }

  record(relativePath: string): Promise<DeliveryRecord> {
    return readDelivery(this.#stage.table(), { flowName: this.flow.name, relativePath });
  }

  /** The names in `/in`, hidden ones too, in order. */
  async names(): Promise<string[]> {
    return [...(await this.partner.tree.list('/in'))].map(({ name }) => name).toSorted();
  }
}
