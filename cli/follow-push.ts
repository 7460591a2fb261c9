import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CommandFault, exitCodeOfFault, exitCodes } from './exit-code.ts';
import { faultOf } from './follow-run.ts';
import type { Output } from './output.ts';
import { ProgressDisplay } from './progress-display.ts';
import { closedGroups, groupOfKey, type PushRoute } from './push-groups.ts';
import { type PushObject, pushObjects } from './push-states.ts';
import { queueLength } from './queue-length.ts';
import type { Stage } from './stage.ts';

/** How often the execution and then the ledger are asked: a delivery takes about a second. */
const pollMs = 500;

/** SQS counts a message after a minute at the latest: a queue that seems empty for longer is empty. */
const emptyForMs = 60_000;

/** What a run of a push flow came to. */
export interface PushRun {
  readonly startedAt: Date;
  readonly objects: readonly PushObject[];
}

/**
 * Runs reconcile, and waits until each object that was not delivered has been tried, or is behind one that failed. What failed
 * for a reason that passes is tried again by the queue, and so is what is behind it, whether anybody waits or not.
 * @throws CommandFault where reconcile failed.
 */
export async function followPush(stage: Stage, route: PushRoute, output: Output): Promise<PushRun> {
  const startedAt = new Date();
  const flowName = { partner: route.partner.partner, flow: route.flow.name };
  await reconcileNow(stage, flowName);
  const display = new ProgressDisplay(output, () => performance.now());
  const sqs = new SQSClient({});
  let lastFilledMs = performance.now();
  try {
    for (;;) {
      const length = await queueLength(sqs, stage.pushQueue);
      const objects = await Array.fromAsync(pushObjects(stage, flowName, route.flow));
      const open = objects.filter((object) => isOpen(object, startedAt));
      const closed = await closedGroups(stage.table, route.partner, startedAt);
      if (open.every(({ key }) => closed.has(groupOfKey(route, key)))) return { startedAt, objects };
      if (length > 0) lastFilledMs = performance.now();
      // Nobody works on them any more: replaced meanwhile, or given up without a word.
      if (performance.now() - lastFilledMs > emptyForMs) return { startedAt, objects };
      const bytes = (some: readonly PushObject[]) => some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      display.show({
        step: 'push-file',
        files: objects.length - open.length,
        filesTotal: objects.length,
        bytes: bytes(objects) - bytes(open),
        bytesTotal: bytes(objects),
      });
      await sleep(pollMs);
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

async function reconcileNow(
  stage: Stage,
  input: { readonly partner: string; readonly flow: string },
): Promise<void> {
  const { executionArn = '' } = await stage.executions.send(
    new StartExecutionCommand({ stateMachineArn: stage.reconcileMachineArn, input: JSON.stringify(input) }),
  );
  for (;;) {
    const { status, cause = '' } = await stage.executions.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    if (status === 'SUCCEEDED') return;
    if (status !== 'RUNNING') {
      const fault = faultOf(cause);
      const code = fault === undefined ? exitCodes.ourFault : exitCodeOfFault(fault.fault);
      throw new CommandFault(code, fault?.message ?? `Reconcile ended as ${status}: ${cause}`);
    }
    await sleep(pollMs);
  }
}
