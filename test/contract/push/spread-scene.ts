import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { type Delivery, deliverySchema } from '../../../lambdas/contract/delivery.ts';
import { readDelivery } from '../../../lambdas/ledger/delivery-entries.ts';
import { PartnerSessions } from '../../../lambdas/push/partner-sessions.ts';
import { type PushEnd, pushFile } from '../../../lambdas/push/push-file.ts';
import { currentObject } from '../../../lambdas/s3/read-object.ts';
import type { DeliveryRecord } from '../../../lambdas/sync/delivery-record.ts';
import { connectionSystems } from '../../support/test-connections.ts';
import { countedOutbox } from './counted-outbox.ts';
import type { PushStage, TestFlow } from './push-stage.ts';

/** Of an invocation of these scenes, unless told; two thirds of it are for work. */
const usualMs = 30_000;

/** A server that serves a folder of this machine. */
export interface SpreadServer {
  /** The connection of the partner file. */
  readonly connection: object;
  readonly login: { readonly user: string; readonly password: string };
  readonly root: string;
}

export interface Invocation {
  /** The time that it has. */
  readonly totalMs?: number;
  /** So many bytes of the object can be sent before its time is up. */
  readonly bytes?: number;
  /** It is lost once so many bytes are there. */
  readonly lostAt?: number;
  /** How often the message was received. */
  readonly received?: number;
}

/** A flow of objects that are too big for one invocation, whose time passes with the bytes that are read. */
export class SpreadScene {
  readonly flow: TestFlow;
  readonly #stage: PushStage;
  readonly #server: SpreadServer;

  constructor(stage: PushStage, server: SpreadServer, settings: Readonly<Record<string, unknown>> = {}) {
    this.#stage = stage;
    this.#server = server;
    this.flow = stage.flow({ remote: '/in', ...settings }, server.connection);
  }

  /** Puts an object below the prefix. @returns the delivery of that version. */
  async put(below: string, content: Buffer): Promise<Delivery> {
    const key = `${this.flow.prefix}${below}`;
    await this.#stage.put(key, content);
    const { versionId, sizeBytes } = (await currentObject(this.#stage.outbox, key)) ?? {};
    return deliverySchema.parse({ ...this.flow.name, key, versionId, sizeBytes });
  }

  /** Puts a delete marker on the object. */
  async delete(below: string): Promise<void> {
    const { client, name: Bucket } = this.#stage.outbox;
    await client.send(new DeleteObjectCommand({ Bucket, Key: `${this.flow.prefix}${below}` }));
  }

  /** Delivers as one invocation does. */
  async push(
    delivery: Delivery,
    { totalMs = usualMs, bytes = Infinity, lostAt = Infinity, received = 1 }: Invocation = {},
  ): Promise<PushEnd> {
    const lost = new AbortController();
    let read = 0;
    const outbox = countedOutbox(this.#stage.outbox.name, (count) => {
      read += count;
    });
    const deadline = {
      totalMs,
      remainingMs: () => totalMs * Math.max(0, 1 - read / (2 * bytes)),
      signal: lost.signal,
    };
    const watch = setInterval(() => {
      if (this.stagedBytes() >= lostAt) lost.abort(new Error('The function is lost.'));
    }, 2);
    const table = this.#stage.table();
    const systems = connectionSystems(table, this.#server.login, { deadline });
    try {
      await using sessions = new PartnerSessions(systems);
      return await pushFile(
        { body: delivery, received },
        {
          table,
          outbox,
          readPartner: async () => this.flow.partner,
          sessions,
          now: () => new Date(),
          deadline,
          tellFailed: async () => undefined,
        },
      );
    } finally {
      clearInterval(watch);
      outbox.client.destroy();
    }
  }

  /** Delivers by as many invocations as it takes. @returns what each of them ended with. */
  async pushToEnd(delivery: Delivery, each: Invocation): Promise<PushEnd[]> {
    const ends: PushEnd[] = [];
    while (ends.length < mostInvocations) {
      ends.push(await this.push(delivery, each));
      if (ends.at(-1) !== 'more') break;
    }
    return ends;
  }

  /** The names in `/in`, hidden ones too, in order. */
  names(): string[] {
    return readdirSync(join(this.#server.root, 'in')).toSorted();
  }

  read(name: string): Buffer {
    return readFileSync(join(this.#server.root, 'in', name));
  }

  /** What is under a staging name, also while it grows. */
  stagedBytes(): number {
    const staged = this.names().find((name) => name.endsWith('.part'));
    return staged === undefined ? 0 : statSync(join(this.#server.root, 'in', staged)).size;
  }

  record(relativePath: string): Promise<DeliveryRecord> {
    return readDelivery(this.#stage.table(), { flowName: this.flow.name, relativePath });
  }
}

/** More than any of these objects needs: it bounds a delivery that would never end. */
const mostInvocations = 20;
