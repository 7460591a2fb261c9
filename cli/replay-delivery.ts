import { setTimeout as sleep } from 'node:timers/promises';
import type { PartnerFile } from '../lambdas/contract/partner-file.ts';
import type { PushFlow } from '../lambdas/contract/push-flow.ts';
import { readDelivery } from '../lambdas/ledger/delivery-entries.ts';
import { pauseOf } from '../lambdas/ledger/pauses.ts';
import { deliveryMessage } from '../lambdas/push/delivery-message.ts';
import { deliveryRules } from '../lambdas/push/delivery-rules.ts';
import { openQueue, sendInOrder } from '../lambdas/queues/queue.ts';
import { currentObject } from '../lambdas/s3/read-object.ts';
import { deliveryPaths } from '../lambdas/sync/delivery-path.ts';
import { CommandFault, type ExitCode, exitCodeOfFault, exitCodes } from './exit-code.ts';
import type { CommonOptions } from './options.ts';
import type { Stage } from './stage.ts';

const pollMs = 500;

/** Longer than a delivery takes that has nothing in front of it. What has goes on without us. */
const patienceMs = 120_000;

export interface ReplayedDelivery {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
  readonly relativePath: string;
}

/** Sends the present version of a marked object to the queue once more, and waits for what becomes of it. @throws CommandFault */
export async function replayDelivery(
  stage: Stage,
  { partner, flow, relativePath }: ReplayedDelivery,
  { output }: Pick<CommonOptions, 'output'>,
): Promise<ExitCode> {
  const key = `${flow.prefix}${relativePath}`;
  const flowName = { partner: partner.partner, flow: flow.name };
  const pause = await pauseOf(stage.table, flowName);
  if (pause !== undefined) {
    const text = `${pause.who} paused it at ${pause.at}: ${pause.reason}. The mark stays: 'resume' delivers it.`;
    throw new CommandFault(exitCodes.busy, text);
  }
  const current = await currentObject(stage.outbox, key);
  if (current === undefined) {
    throw new CommandFault(
      exitCodes.someFilesFailed,
      `There is no object ${key} any more that could be delivered. 'put' puts a file there again.`,
    );
  }
  const { versionId, sizeBytes } = current;
  const paths = deliveryPaths(deliveryRules(flow), { key, versionId });
  if (typeof paths === 'string') {
    const text = `${key} has no place at the partner: ${paths} (docs/partners.md). Put it under another key.`;
    throw new CommandFault(exitCodes.usage, text);
  }
  const startedAt = new Date();
  const way = {
    target: paths.target,
    connections: partner.connection.maxConnections,
    occasion: `replay ${startedAt.toISOString()}`,
  };
  const message = deliveryMessage({ ...flowName, key, versionId, sizeBytes }, way);
  await sendInOrder(openQueue(stage.pushQueue), [message]);

  for (const endMs = performance.now() + patienceMs; performance.now() < endMs; await sleep(pollMs)) {
    const { replay, delivered, failure } = await readDelivery(stage.table, { flowName, relativePath });
    if (failure !== undefined && failure.failedAt >= startedAt) {
      const { fault, message: why } = failure;
      output.json({ ...flowName, key, versionId, outcome: 'failed', reason: `${fault}: ${why}` });
      output.text(`${key} was not delivered again: ${fault}: ${why}\n`);
      return exitCodeOfFault(fault) === exitCodes.partnerUnreachable
        ? exitCodes.partnerUnreachable
        : exitCodes.someFilesFailed;
    }
    if (replay === undefined && delivered !== undefined) {
      output.json({ ...flowName, key, versionId, outcome: 'transferred', path: delivered.path, sizeBytes });
      output.text(`${key} was delivered again as ${delivered.path}\n`);
      return exitCodes.done;
    }
  }
  output.json({ ...flowName, key, versionId, outcome: 'held', reason: 'queued' });
  output.text(`${key} is in the queue, behind others; 'status ${partner.partner}' shows how they fare.\n`);
  return exitCodes.someFilesFailed;
}
