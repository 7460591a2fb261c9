import type { PushFlow } from '../../lambdas/contract/partner-file/push-flow.ts';
import { type DeliveryRecord, emptyDeliveryRecord } from '../../lambdas/core/delivery/delivery-record.ts';
import { isTooSmall } from '../../lambdas/core/delivery/delivery-step.ts';
import { keyBelow } from '../../lambdas/core/path/relative-path.ts';
import { makeSelector } from '../../lambdas/core/path/selection.ts';
import { listDeliveries } from '../../lambdas/ledger/entries/delivery-entries.ts';
import type { FlowName } from '../../lambdas/ledger/keys.ts';
import { findDelivered } from '../../lambdas/push/find-delivered.ts';
import { listObjectsAfter } from '../../lambdas/s3/list-objects.ts';
import type { Stage } from '../stage/stage.ts';

/**
 * The state of an object of a push flow: its current version is delivered, its last attempt failed, it is
 * smaller than the flow's `minBytes`, or it waits.
 */
export type PushState =
  | { readonly kind: 'not-selected' | 'too-small' }
  | {
      readonly kind: 'delivered';
      readonly at: Date;
      readonly path: string;
      readonly verification: string;
      readonly sha256: string | undefined;
    }
  | { readonly kind: 'failed'; readonly at: Date; readonly error: string; readonly message: string }
  | { readonly kind: 'waiting' };

export interface PushObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly state: PushState;
}

/**
 * The next objects under the flow's prefix after a key, at most 1,000, in key order. Empty when there are no
 * more.
 */
export async function pushObjectsAfter(
  stage: Stage,
  { flowName, flow }: { readonly flowName: FlowName; readonly flow: PushFlow },
  after: string,
): Promise<PushObject[]> {
  const select = makeSelector(flow);
  const page = await listObjectsAfter(stage.outbox, flow.prefix, after);
  const selected = page.filter(({ key }) => select(key.slice(flow.prefix.length)) === 'selected');
  const paths = selected.map(({ key }) => keyBelow(flow.prefix, key));
  const records = await listDeliveries(stage.table, flowName, paths);
  const recorded = selected.map((object, index) => ({
    object,
    record: records[index] ?? emptyDeliveryRecord,
  }));
  const delivered = await findDelivered(stage.outbox, recorded);
  const states = new Map(
    recorded.map(({ object, record }): [string, PushState] => {
      const isDelivered = delivered.has(object.key);
      const isLeftOut = !isDelivered && isTooSmall(flow, object, record);
      return [object.key, isLeftOut ? { kind: 'too-small' } : toPushState(record, isDelivered)];
    }),
  );
  return page.map(({ key, sizeBytes }): PushObject => {
    return { key, sizeBytes, state: states.get(key) ?? { kind: 'not-selected' } };
  });
}

/** Every object under the flow's prefix with its state, in key order. Holds one page. */
export async function* pushObjects(
  stage: Stage,
  names: { readonly flowName: FlowName; readonly flow: PushFlow },
): AsyncGenerator<PushObject> {
  for (let after = ''; ; ) {
    const page = await pushObjectsAfter(stage, names, after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

function toPushState({ delivered, lastError }: DeliveryRecord, isDelivered: boolean): PushState {
  if (delivered !== undefined && isDelivered) {
    const { deliveredAt, path, verification, sha256 } = delivered;
    return { kind: 'delivered', at: deliveredAt, path, verification, sha256 };
  }
  if (lastError === undefined || (delivered !== undefined && delivered.deliveredAt > lastError.failedAt)) {
    return { kind: 'waiting' };
  }
  return { kind: 'failed', at: lastError.failedAt, error: lastError.error, message: lastError.message };
}
