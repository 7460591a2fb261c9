import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { reconcileCursorSchema } from '../lambdas/contract/delivery.ts';
import { CommandFault, exitCodeOfFault, exitCodes } from './exit-code.ts';
import { faultOf } from './follow-run.ts';
import type { Output } from './output.ts';
import { ProgressDisplay } from './progress-display.ts';
import { closedGroups, groupOfKey, type PushRoute } from './push-groups.ts';
import { type PushObject, pushObjectsAfter } from './push-states.ts';
import { queueLength } from './queue-length.ts';
import type { Stage } from './stage.ts';

/** How often the execution and then the ledger are asked: a delivery takes about a second. */
const pollMs = 500;

/** SQS counts a message after a minute at the latest: a queue that seems empty for longer is empty. */
const emptyForMs = 60_000;

/**
 * Runs reconcile, and waits until each object that was not delivered has been tried, or is behind one that failed. What failed
 * for a reason that passes is tried again by the queue, and so is what is behind it, whether anybody waits or not. It goes
 * through the objects once, in the order of their keys, and holds one page of them.
 * @returns when the run began. @throws CommandFault where reconcile failed.
 */
export async function followPush(stage: Stage, route: PushRoute, output: Output): Promise<Date> {
  const startedAt = new Date();
  const names = { flowName: { partner: route.partner.partner, flow: route.flow.name }, flow: route.flow };
  const filesTotal = await reconcileNow(stage, names.flowName);
  const display = new ProgressDisplay(output, () => performance.now());
  const sqs = new SQSClient({});
  const settled = { files: 0, bytes: 0, lastKey: '' };
  let lastFilledMs = performance.now();
  try {
    for (;;) {
      const length = await queueLength(sqs, stage.pushQueue);
      const page = await pushObjectsAfter(stage, names, settled.lastKey);
      if (page.length === 0) return startedAt;
      const closed = await closedGroups(stage.table, route.partner, startedAt);
      const waiting = page.findIndex(
        (object) => isOpen(object, startedAt) && !closed.has(groupOfKey(route, object.key)),
      );
      const passed = waiting === -1 ? page : page.slice(0, waiting);
      settled.files += passed.length;
      settled.bytes += passed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      settled.lastKey = passed.at(-1)?.key ?? settled.lastKey;
      if (length > 0) lastFilledMs = performance.now();
      // Nobody works on them any more: replaced meanwhile, or given up without a word.
      if (performance.now() - lastFilledMs > emptyForMs) return startedAt;
      const { files, bytes } = settled;
      display.show({ step: 'push-file', files, filesTotal, bytes, bytesTotal: undefined });
      if (waiting !== -1) await sleep(pollMs);
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

/** Runs reconcile to its end: what is not delivered is in the queue then. @returns how many objects it has listed. @throws CommandFault */
export async function reconcileNow(
  stage: Stage,
  input: { readonly partner: string; readonly flow: string },
): Promise<number> {
  const { executionArn = '' } = await stage.executions.send(
    new StartExecutionCommand({ stateMachineArn: stage.reconcileMachineArn, input: JSON.stringify(input) }),
  );
  for (;;) {
    const {
      status,
      cause = '',
      output = '',
    } = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return outputSchema.parse(JSON.parse(output)).cursor.listed;
    if (status !== 'RUNNING') {
      const fault = faultOf(cause);
      const code = fault === undefined ? exitCodes.ourFault : exitCodeOfFault(fault.fault);
      throw new CommandFault(code, fault?.message ?? `Reconcile ended as ${status}: ${cause}`);
    }
    await sleep(pollMs);
  }
}
