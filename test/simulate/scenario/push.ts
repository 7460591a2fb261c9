import { firstReconcileCursor } from '../../../lambdas/contract/events/delivery.ts';
import { deliveredObject } from '../../../lambdas/push/delivery-message.ts';
import { makeDeadLetter } from '../../../lambdas/push/push-file/dead-letter.ts';
import { afterFailure } from '../../../lambdas/push/push-file/delivery-error.ts';
import { PartnerSessions } from '../../../lambdas/push/push-file/partner-sessions.ts';
import { pushFile } from '../../../lambdas/push/push-file/push-file.ts';
import { reconcile } from '../../../lambdas/push/reconcile/reconcile.ts';
import { toStepError } from '../../../lambdas/push/reconcile/to-step-error.ts';
import { FlowRoutes } from '../../../lambdas/push/route-object/flow-routes.ts';
import { routeObject } from '../../../lambdas/push/route-object/route-object.ts';
import { changeVisibility } from '../../../lambdas/queues/queue.ts';
import { queueHandler } from '../../../lambdas/runtime/queue-handler.ts';
import type { StoredVersion } from '../model/bucket.ts';
import { ModelQueue, type QueuedMessage } from '../model/queue.ts';
import { partnerId, pushFlow, type Setting } from './setting.ts';
import { expectKnown, functionMs, StepFailed, StepMachine } from './step-machine.ts';

/** The messages that Lambda takes of a group at once. */
const maxBatch = 10;

/** After a failed try, an event of the ingest queue is delivered again. */
const eventRetryMs = 60_000;
const maxEventTries = 5;

type Given = never;

/**
 * The push with the product's own functions: events reach route-object, the messages of each group reach
 * push-file one batch after the other, and a reconcile is started by hand or by its schedule.
 */
export class PushPlant {
  readonly #setting: Setting;
  readonly #machine: StepMachine;
  readonly #queue = new ModelQueue('push');
  readonly #deadLetters = new ModelQueue('dead-letter');
  #running = 0;
  #invocations = 0;
  #wakesAtMs = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#machine = new StepMachine(setting.world, toStepError);
  }

  /** Whether no function runs and no execution is in progress. */
  get isQuiet(): boolean {
    return this.#running === 0;
  }

  /** Starts a reconcile. */
  startReconcile(): void {
    this.#invocations += 1;
    const id = `reconcile-${this.#invocations}`;
    const execution = { id, startedAt: new Date(this.#setting.world.nowMs) };
    void this.#whileRunning(async () => {
      for (let cursor = firstReconcileCursor; !cursor.done; ) {
        const input = { partner: partnerId, flow: pushFlow, execution, cursor } as never;
        const given = { ...this.#setting.dependencies(), pushQueue: this.#queueOf(this.#queue) };
        cursor = await this.#machine.step(id, (deadline) =>
          reconcile(input, { ...given, deadline } as Given),
        );
      }
    }).catch((error: unknown) => {
      if (!(error instanceof StepFailed)) throw error;
    });
  }

  /** S3 reports an object: as often as it likes, and late. */
  announce(key: string, { versionId, bytes, etag }: StoredVersion, delaysMs: readonly number[]): void {
    const sequencer = Number(versionId.slice(1)).toString(16).padStart(8, '0');
    const object = { key, size: bytes.length, etag, 'version-id': versionId, sequencer };
    const event = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: 'outbox' }, object },
    };
    for (const delayMs of delaysMs) {
      void this.#setting.world.pause(delayMs).then(() => this.#whileRunning(() => this.#route(event, 1)));
    }
  }

  /** Lets functions receive what can be received now. To be called after each step. */
  readonly pump = (): void => {
    for (let batch = this.#queue.receive(maxBatch); batch.length > 0; batch = this.#queue.receive(maxBatch)) {
      const received = batch;
      void this.#whileRunning(() => this.#deliver(received));
    }
    const { nowMs } = this.#setting.world;
    const nextMs = this.#queue.nextVisibleMs;
    if (nextMs === undefined || nextMs === this.#wakesAtMs) return;
    this.#wakesAtMs = nextMs;
    void this.#setting.world.pause(nextMs - nowMs).then(this.pump);
  };

  async #whileRunning(work: () => Promise<void>): Promise<void> {
    this.#running += 1;
    try {
      await work();
    } finally {
      this.#running -= 1;
      this.pump();
    }
  }

  async #route(event: unknown, tries: number): Promise<void> {
    const { world } = this.#setting;
    const given = this.#setting.dependencies();
    const routes = new FlowRoutes(given.readAllPartners, () => world.nowMs);
    const dependencies = { ...given, pushQueue: this.#queueOf(this.#queue), routes };
    this.#invocations += 1;
    const name = `RouteObject ${this.#invocations}`;
    const ended = await world.invoke(name, functionMs, () => routeObject(event, dependencies as Given));
    if (ended.kind === 'threw') expectKnown(world, ended.error);
    if (ended.kind === 'returned' || tries >= maxEventTries) return;
    void world.pause(eventRetryMs).then(() => this.#whileRunning(() => this.#route(event, tries + 1)));
  }

  async #deliver(batch: readonly QueuedMessage[]): Promise<void> {
    const { world } = this.#setting;
    this.#invocations += 1;
    const name = `PushFile ${this.#invocations}`;
    const { nowMs } = world;
    const context = { getRemainingTimeInMillis: () => nowMs + functionMs - world.nowMs };
    const event = { Records: batch.map(toRecord) };
    const handler = this.#handler(name);
    const ended = await world.invoke(name, functionMs, () => handler(event, context));
    if (ended.kind === 'threw') expectKnown(world, ended.error);
    if (ended.kind !== 'returned') return;
    const failed = new Set(ended.value.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of batch) if (!failed.has(message.id)) this.#queue.delete(message);
  }

  /** As lambdas/push/push-file/push-file.handler.ts puts it together. */
  #handler(name: string) {
    const given = this.#setting.dependencies();
    const nothing = async () => undefined;
    const events = { publishFailed: nothing, publishEnd: nothing } as never;
    const queue = this.#queueOf(this.#queue);
    const handler = queueHandler({
      name: 'push-file',
      open: ({ deadline }) => {
        const sessions = new PartnerSessions({ ...given, deadline } as Given);
        return { sessions, deadline, [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose]() };
      },
      process: async ({ id, body, receiveCount: received }, { sessions, deadline }) => {
        const end = await pushFile({ id, body, received }, {
          ...given,
          pushQueue: queue,
          sessions,
          deadline,
          events,
        } as Given);
        this.#setting.world.tell(() => `${name} ends a message: ${end}`);
        return end === 'unfinished' || end === 'not-disposed' ? 'continue' : 'done';
      },
      orderKey: deliveredObject,
      changeVisibility: (receiptHandle, seconds) => changeVisibility(queue, receiptHandle, seconds),
      onError: ({ receiveCount }, error) => {
        expectKnown(this.#setting.world, error);
        return afterFailure(receiveCount, error);
      },
      deadLetter: makeDeadLetter(this.#queueOf(this.#deadLetters), events),
    });
    return handler as unknown as (
      event: unknown,
      context: unknown,
    ) => Promise<{ readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] }>;
  }

  #queueOf({ name, client }: ModelQueue) {
    return { url: name, client } as never;
  }
}

function toRecord({ id, group, body, received }: QueuedMessage) {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: { MessageGroupId: group, ApproximateReceiveCount: String(received) },
  };
}
