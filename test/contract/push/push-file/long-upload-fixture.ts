import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { type Delivery, deliverySchema } from '../../../../lambdas/contract/events/delivery.ts';
import type { DeliveryRecord } from '../../../../lambdas/core/delivery/delivery-record.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { readDelivery } from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { PartnerSessions } from '../../../../lambdas/push/push-file/partner-sessions.ts';
import { type PushEnd, pushFile } from '../../../../lambdas/push/push-file/push-file.ts';
import { currentObject } from '../../../../lambdas/s3/object-versions.ts';
import { connectionDependencies } from '../../../support/test-connections.ts';
import { countedOutbox } from '../counted-outbox.ts';
import type { PushStage, TestFlow } from '../push-stage.ts';

/** The default duration of an invocation; two thirds of it are work time. */
const usualMs = 30_000;

/** A server on a local folder. */
export interface SpreadServer {
  /** The connection of the partner file. */
  readonly connection: object;
  readonly login: { readonly user: string; readonly password: string };
  readonly root: string;
}

export interface Invocation {
  /** The duration of the invocation. */
  readonly totalMs?: number;
  /** How many bytes of the object can be sent before its time is up. */
  readonly bytes?: number;
  /** The invocation is lost once this many bytes are staged. */
  readonly lostAt?: number;
  /** How often the message was received. */
  readonly received?: number;
}

/** A flow with objects too large for one invocation. Its time passes with the bytes that are read. */
export class LongUploadFixture {
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

  /** Delivers like one invocation. */
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
    const dependencies = connectionDependencies(table, this.#server.login, { deadline });
    try {
      await using sessions = new PartnerSessions(dependencies);
      return await pushFile(
        { id: delivery.versionId, body: delivery, received },
        {
          table,
          outbox,
          pushQueue: this.#stage.pushQueue,
          readPartner: async () => this.flow.partner,
          sessions,
          now: () => new Date(),
          deadline,
          events: { publishFailed: async () => {} },
        },
      );
    } finally {
      clearInterval(watch);
      outbox.client.destroy();
    }
  }

  /** Delivers with as many invocations as needed. @returns how each of them ended. */
  async pushToEnd(delivery: Delivery, each: Invocation): Promise<PushEnd[]> {
    const ends: PushEnd[] = [];
    while (ends.length < mostInvocations) {
      ends.push(await this.push(delivery, each));
      if (ends.at(-1) !== 'unfinished') break;
    }
    return ends;
  }

  /** The names in `/in`, hidden ones included, in order. */
  names(): string[] {
    return readdirSync(join(this.#server.root, 'in')).toSorted();
  }

  read(name: string): Buffer {
    return readFileSync(join(this.#server.root, 'in', name));
  }

  /** The size of the staging file, also while it is being written. */
  stagedBytes(): number {
    const staged = this.names().find((name) => name.endsWith('.part'));
    if (staged === undefined) return 0;
    // The next try may have renamed it since.
    return statSync(join(this.#server.root, 'in', staged), { throwIfNoEntry: false })?.size ?? 0;
  }

  record(relativePath: string): Promise<DeliveryRecord> {
    return readDelivery(this.#stage.table(), {
      flowName: this.flow.name,
      relativePath: parseRelativePath(relativePath),
    });
  }
}

/** More than any of these objects needs, so that a delivery that never ends fails the test. */
const mostInvocations = 20;
