import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue, ReceivedMessage } from '../queues/queue.ts';
import type { CallFunction } from '../states/task-call.ts';
import { failedIds } from './item-failures.ts';
import type { MappingDefinition } from './mapping-definition.ts';
import { queueEvent } from './queue-event.ts';

export interface MappingParts {
  readonly queue: Queue;
  readonly callFunction: CallFunction;
  readonly waitScale: number;
  /** No batch begins once it is aborted. */
  readonly signal: AbortSignal;
}

/**
 * Invocations at a time where the template does not bound them: Lambda begins a standard queue with five, and goes on to as many
 * as there are messages or groups. Here each one is a process of this machine.
 */
const defaultConcurrency = { standard: 5, fifo: 10 };

/**
 * Brings the messages of a queue to its function until the signal is aborted; resolves when the last batch has ended.
 *
 * From a standard queue several batches run at a time. From a FIFO queue each batch is of one message group, and a group has
 * one batch at a time: there run as many as there are groups. (The service may put several groups into one batch.)
 *
 * A batch that succeeded is deleted. What failed, with its function or by name, is visible again when the queue's visibility
 * timeout is over, which is counted from the receive and scaled like the waits of the local stack, or when the function has set
 * it itself with ChangeMessageVisibility. It never becomes visible while its invocation still runs.
 */
export async function runMapping(definition: MappingDefinition, parts: MappingParts): Promise<void> {
  const { queue, signal } = parts;
  const running = new Set<Promise<void>>();
  const slots =
    definition.maxConcurrency ??
    defaultConcurrency[queue.definition.fifo === undefined ? 'standard' : 'fifo'];
  while (!signal.aborted) {
    if (running.size >= slots) {
      await Promise.race(running);
      continue;
    }
    const batch = await nextBatch(definition, parts);
    if (batch.length === 0) continue;
    const invocation = runBatch(batch, definition, parts).finally(() => running.delete(invocation));
    running.add(invocation);
  }
  await Promise.all(running);
}

async function nextBatch(
  definition: MappingDefinition,
  { queue, signal, waitScale }: MappingParts,
): Promise<readonly ReceivedMessage[]> {
  const { batchSize, batchingWindowSeconds } = definition;
  const hiddenMs = queue.definition.visibilityTimeoutSeconds * 1000 * waitScale;
  const options = {
    limit: batchSize,
    maxBytes: maxBatchBytes,
    hiddenMs,
    isHeld: true,
    groups: 'one',
  } as const;
  const first = await queue.receiveNext(options, { signal });
  if (batchingWindowSeconds === 0 || first.length === 0 || first.length === batchSize) return first;
  await sleep(batchingWindowSeconds * 1000 * waitScale, undefined, { signal }).catch(() => {});
  if (!signal.aborted) {
    const sizeBytes = first.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    const limits = { limit: batchSize - first.length, maxBytes: maxBatchBytes - sizeBytes };
    return [...first, ...queue.receive({ ...options, ...limits })];
  }
  queue.letGo(first);
  return [];
}

/** Lambda's limit on the event of an invocation, 6 MB, less what a batch has beside its bodies. */
const maxBatchBytes = 5 * 1024 * 1024;

async function runBatch(
  batch: readonly ReceivedMessage[],
  { functionArn, queueArn, hasItemFailures }: MappingDefinition,
  { queue, callFunction }: MappingParts,
): Promise<void> {
  try {
    // A call is refused only while the stack is being closed: the messages stay, and are visible when it starts again.
    const event = JSON.stringify(queueEvent(queueArn, batch));
    const answer = await callFunction(functionArn, event).catch(() => undefined);
    if (answer === undefined || answer.kind === 'failed') return;
    const ids = batch.map(({ id }) => id);
    const failed = hasItemFailures ? failedIds(answer.payload, ids) : new Set();
    for (const { id, sequence } of batch) {
      if (!failed.has(id)) queue.remove(sequence);
    }
  } finally {
    queue.letGo(batch);
  }
}
