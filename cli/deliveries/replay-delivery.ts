import type { PartnerFile } from '../../lambdas/contract/partner-file/partner-file.ts';
import type { PushFlow } from '../../lambdas/contract/partner-file/push-flow.ts';
import { deliveryPaths } from '../../lambdas/core/delivery/delivery-path.ts';
import type { RelativePath } from '../../lambdas/core/path/relative-path.ts';
import type { RemotePath } from '../../lambdas/core/path/remote-path.ts';
import { readDelivery } from '../../lambdas/ledger/entries/delivery-entries.ts';
import { findPause } from '../../lambdas/ledger/pauses.ts';
import { deliveryMessage } from '../../lambdas/push/delivery-message.ts';
import { openQueue, sendInOrder } from '../../lambdas/queues/queue.ts';
import { currentObject } from '../../lambdas/s3/object-versions.ts';
import type { CommonOptions } from '../args/common-options.ts';
import { CommandError, type ExitCode, exitCodeForErrorKind, exitCodes } from '../exit-code.ts';
import { pollFor } from '../stage/poll.ts';
import type { Stage } from '../stage/stage.ts';

const intervalMs = 500;

/** Longer than a delivery takes with nothing queued in front of it. A later one continues without us. */
const timeoutMs = 120_000;

export interface ReplayedDelivery {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
  readonly relativePath: RelativePath;
}

/**
 * Queues the current version of an object that is marked for replay, and waits until it is delivered or has
 * failed.
 * @returns `someFilesFailed` also when it is still queued after two minutes.
 * @throws CommandError when the flow is paused (`busy`), or the object is gone or has no valid remote path.
 */
export async function replayDelivery(
  stage: Stage,
  { partner, flow, relativePath }: ReplayedDelivery,
  { output }: Pick<CommonOptions, 'output'>,
): Promise<ExitCode> {
  const key = `${flow.prefix}${relativePath}`;
  const flowName = { partner: partner.partner, flow: flow.name };
  const { versionId, sizeBytes, target } = await findDeliverable(stage, { partner, flow, relativePath });
  const startedAt = new Date();
  const way = {
    target,
    connections: partner.connection.maxConnections,
    occasion: `replay ${startedAt.toISOString()}`,
  };
  const message = deliveryMessage({ ...flowName, key, versionId, sizeBytes }, way);
  await sendInOrder(openQueue(stage.pushQueue), [message]);

  const ended = await pollFor(
    async () => {
      const { replay, delivered, lastError } = await readDelivery(stage.table, { flowName, relativePath });
      if (lastError !== undefined && lastError.failedAt >= startedAt) return lastError;
      return replay === undefined ? delivered : undefined;
    },
    { intervalMs, timeoutMs },
  );
  if (ended === undefined) {
    output.json({ ...flowName, key, versionId, outcome: 'held', reason: 'queued' });
    output.text(
      `${key} is still in the queue. To see whether it was delivered: status ${partner.partner} ${flow.name}\n`,
    );
    return exitCodes.someFilesFailed;
  }
  if ('failedAt' in ended) {
    const { error, message: why } = ended;
    output.json({ ...flowName, key, versionId, outcome: 'failed', reason: `${error}: ${why}` });
    output.text(`${key} was not delivered again: ${error}: ${why}\n`);
    return exitCodeForErrorKind(error) === exitCodes.partnerUnreachable
      ? exitCodes.partnerUnreachable
      : exitCodes.someFilesFailed;
  }
  output.json({ ...flowName, key, versionId, outcome: 'transferred', path: ended.path, sizeBytes });
  output.text(`${key} was delivered again as ${ended.path}\n`);
  return exitCodes.done;
}

async function findDeliverable(
  { table, outbox }: Stage,
  { partner, flow, relativePath }: ReplayedDelivery,
): Promise<{ readonly versionId: string; readonly sizeBytes: number; readonly target: RemotePath }> {
  const key = `${flow.prefix}${relativePath}`;
  const pause = await findPause(table, { partner: partner.partner, flow: flow.name });
  if (pause !== undefined) {
    const text = `${partner.partner}/${flow.name} was paused by ${pause.who} at ${pause.at}: ${pause.reason}. The object stays marked: 'resume' delivers it.`;
    throw new CommandError(exitCodes.busy, text);
  }
  const current = await currentObject(outbox, key);
  if (current === undefined) {
    throw new CommandError(
      exitCodes.someFilesFailed,
      `The object ${key} no longer exists. To deliver the file again: put ${partner.partner} ${flow.name} FILE`,
    );
  }
  const { versionId, sizeBytes } = current;
  const paths = deliveryPaths(flow, { key, versionId });
  if (typeof paths === 'string') {
    const text = `${key} has no valid remote path: ${paths} (docs/partners.md). Put the file under another key.`;
    throw new CommandError(exitCodes.usage, text);
  }
  return { versionId, sizeBytes, target: paths.target };
}
