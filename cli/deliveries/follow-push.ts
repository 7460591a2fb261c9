import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { reconcileCursorSchema } from '../../lambdas/contract/events/delivery.ts';
import { queueLength } from '../stage/queue-length.ts';
import { executionError, runExecution } from '../stage/run-execution.ts';
import type { Stage } from '../stage/stage.ts';
import type { Output } from '../text/output.ts';
import { ProgressDisplay } from '../text/progress-display.ts';
import { blockedGroups, keyGroup, type PushRoute } from './push-groups.ts';
import { type PushObject, pushObjectsAfter } from './push-states.ts';

/** Between two reads of the queue and the ledger: a delivery takes about a second. */
const intervalMs = 500;

/** SQS counts a message after a minute at the latest: a queue that reports none for longer is empty. */
const maxEmptyMs = 60_000;

/**
 * Runs reconcile, then waits until each undelivered object was tried or is queued behind a failed one. The
 * queue retries failed deliveries, and those behind them, whether or not a command waits. Goes through the
 * objects once, in key order, and holds one page of them.
 * @returns when the run began. @throws CommandError when reconcile failed.
 */
export async function followPush(stage: Stage, route: PushRoute, output: Output): Promise<Date> {
  const startedAt = new Date();
  const names = { flowName: { partner: route.partner.partner, flow: route.flow.name }, flow: route.flow };
  const filesTotal = await reconcileNow(stage, names.flowName);
  const display = new ProgressDisplay(output, () => performance.now());
  const sqs = new SQSClient({});
  const passed = { files: 0, bytes: 0, lastKey: '' };
  let lastFilledMs = performance.now();
  try {
    for (;;) {
      const length = await queueLength(sqs, stage.pushQueue);
      const page = await pushObjectsAfter(stage, names, passed.lastKey);
      if (page.length === 0) return startedAt;
      const blocked = await blockedGroups(stage.table, route.partner, startedAt);
      const firstOpen = page.findIndex(
        (object) => isOpen(object, startedAt) && !blocked.has(keyGroup(route, object.key)),
      );
      const closed = firstOpen === -1 ? page : page.slice(0, firstOpen);
      passed.files += closed.length;
      passed.bytes += closed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      passed.lastKey = closed.at(-1)?.key ?? passed.lastKey;
      if (length > 0) lastFilledMs = performance.now();
      // The queue holds no message for the rest: replaced in the meantime, or lost.
      if (performance.now() - lastFilledMs > maxEmptyMs) return startedAt;
      const { files, bytes } = passed;
      display.show({ step: 'push-file', files, filesTotal, bytes, bytesTotal: undefined });
      if (firstOpen !== -1) await sleep(intervalMs);
    }
  } finally {
    display.end();
    sqs.destroy();
  }
}

/** Neither delivered nor tried since the run began. */
function isOpen({ state }: PushObject, startedAt: Date): boolean {
  return state.kind === 'waiting' || (state.kind === 'failed' && state.at < startedAt);
}

const outputSchema = z.object({ cursor: reconcileCursorSchema });

/**
 * Runs reconcile to its end: every undelivered object is in the queue then.
 * @returns how many objects it listed.
 * @throws CommandError with the error of the step that failed.
 */
export async function reconcileNow(
  stage: Pick<Stage, 'executions' | 'reconcileMachineArn'>,
  input: { readonly partner: string; readonly flow: string },
): Promise<number> {
  const execution = await runExecution(stage.executions, {
    stateMachineArn: stage.reconcileMachineArn,
    input,
  });
  if (execution.status !== 'SUCCEEDED') throw executionError('Reconcile', execution);
  return outputSchema.parse(JSON.parse(execution.output ?? '')).cursor.listed;
}
