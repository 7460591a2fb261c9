import { setTimeout as sleep } from 'node:timers/promises';
import { type CallFunction, type FunctionAnswer, isThrottled } from '../lambda/function-answer.ts';
import { retryThrottled } from '../lambda/retry-throttled.ts';
import type { Queue, ReceivedMessage } from '../sqs/queue.ts';
import { findFailedIds } from './item-failures.ts';
import { MappingConcurrency } from './mapping-concurrency.ts';
import type { MappingDefinition } from './mapping-definition.ts';
import { toQueueEvent } from './queue-event.ts';

export interface MappingDependencies {
  readonly queue: Queue;
  readonly callFunction: CallFunction;
  readonly waitScale: number;
  /** Once it is aborted, no batch starts. */
  readonly signal: AbortSignal;
}

/**
 * Concurrent invocations when the template does not limit them. Lambda starts with five for a standard queue
 * and scales up with the messages or groups. Here each invocation is a process on this machine.
 */
const defaultConcurrency = { standard: 5, fifo: 10 };

/**
 * Delivers the messages of a queue to its function until the signal is aborted. Resolves when the last batch
 * has ended.
 *
 * For a standard queue several batches run concurrently. For a FIFO queue a batch has messages of one group,
 * and a group has one batch at a time; the groups run concurrently. (The service may combine groups in a
 * batch.)
 *
 * The messages of a successful batch are deleted. Failed messages become visible again after the visibility
 * timeout, which starts at the receive and is scaled like all waits of the local stack, or at the time that
 * the function has set with ChangeMessageVisibility, but never while the invocation runs.
 */
export async function runMapping(
  definition: MappingDefinition,
  dependencies: MappingDependencies,
): Promise<void> {
  const { queue, signal } = dependencies;
  const running = new Set<Promise<void>>();
  const concurrency = new MappingConcurrency(
    definition.maxConcurrency ??
      defaultConcurrency[queue.definition.fifo === undefined ? 'standard' : 'fifo'],
  );
  while (!signal.aborted) {
    if (running.size >= concurrency.allowed) {
      await Promise.race(running);
      continue;
    }
    const batch = await receiveBatch(definition, dependencies);
    if (batch.length === 0) continue;
    const invocation = runBatch(batch, definition, { ...dependencies, concurrency }).finally(() =>
      running.delete(invocation),
    );
    running.add(invocation);
  }
  await Promise.all(running);
}

async function receiveBatch(
  definition: MappingDefinition,
  { queue, signal, waitScale }: MappingDependencies,
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
  queue.release(first);
  return [];
}

/** Lambda's limit on the event of an invocation is 6 MB; the rest is for everything except the bodies. */
const maxBatchBytes = 5 * 1024 * 1024;

async function runBatch(
  batch: readonly ReceivedMessage[],
  definition: MappingDefinition,
  dependencies: BatchDependencies,
): Promise<void> {
  const { queue } = dependencies;
  try {
    // A call is only rejected while the stack closes. The messages stay and are visible after the next start.
    const answer = await callWhileInvisible(batch, definition, dependencies).catch(() => undefined);
    if (answer?.kind !== 'returned') return;
    const ids = batch.map(({ id }) => id);
    const failed = definition.hasItemFailures ? findFailedIds(answer.payload, ids) : new Set();
    for (const { id, sequence } of batch) {
      if (!failed.has(id)) queue.remove(sequence);
    }
  } finally {
    queue.release(batch);
  }
}

interface BatchDependencies extends MappingDependencies {
  readonly concurrency: MappingConcurrency;
}

const maxThrottledDelaySeconds = 60;

/**
 * Calls the function with the batch. While calls are throttled, the batch is tried again with backoff and not
 * received again, until its visibility timeout. That timeout is not scaled here, because the work that the
 * batch waits for is not.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-backoff-strategy
 */
function callWhileInvisible(
  batch: readonly ReceivedMessage[],
  { functionArn, queueArn }: MappingDefinition,
  { queue, callFunction, waitScale, signal, concurrency }: BatchDependencies,
): Promise<FunctionAnswer> {
  const event = JSON.stringify(toQueueEvent(queueArn, batch));
  const visibleMs = performance.now() + queue.definition.visibilityTimeoutSeconds * 1000;
  const call = async () => {
    const answer = await callFunction(functionArn, event);
    if (isThrottled(answer)) concurrency.reduce();
    else concurrency.restore();
    return answer;
  };
  return retryThrottled(call, {
    maxDelaySeconds: maxThrottledDelaySeconds,
    waitScale,
    signal,
    mayRetry: () => performance.now() < visibleMs,
  });
}
