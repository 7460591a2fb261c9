import type { PushFlow } from '../lambdas/contract/push-flow.ts';
import { deliveriesOf } from '../lambdas/ledger/delivery-entries.ts';
import type { FlowName } from '../lambdas/ledger/keys.ts';
import { objectsAfter } from '../lambdas/s3/list-objects.ts';
import type { DeliveryRecord } from '../lambdas/sync/delivery-record.ts';
import { makeSelector } from '../lambdas/sync/selection.ts';
import type { Stage } from './stage.ts';

/** Where one object of a push flow stands: its newest version is delivered, its last try failed, or it waits. */
export type PushState =
  | { readonly kind: 'not-selected' }
  | {
      readonly kind: 'delivered';
      readonly at: Date;
      readonly path: string;
      readonly verification: string;
      readonly sha256: string | undefined;
    }
  | { readonly kind: 'failed'; readonly at: Date; readonly fault: string; readonly message: string }
  | { readonly kind: 'waiting' };

export interface PushObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly state: PushState;
}

/** The next objects under the flow's prefix behind a key, at most 1,000, in the order of their keys. Empty: there are no more. */
export async function pushObjectsAfter(
  stage: Stage,
  { flowName, flow }: { readonly flowName: FlowName; readonly flow: PushFlow },
  after: string,
): Promise<PushObject[]> {
  const select = makeSelector(flow);
  const page = await objectsAfter(stage.outbox, flow.prefix, after);
  const below = page.map(({ key }) => key.slice(flow.prefix.length));
  const records = await deliveriesOf(stage.table, flowName, below);
  return page.map(({ key, sizeBytes, etag }, index): PushObject => {
    const isSelected = select(below[index] ?? '') === 'selected';
    return { key, sizeBytes, state: isSelected ? stateOf(records[index], etag) : { kind: 'not-selected' } };
  });
}

/** Every object under the flow's prefix with where it stands, in the order of the keys; one page is held. */
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

function stateOf(record: DeliveryRecord | undefined, etag: string): PushState {
  const { delivered, failure, replay } = record ?? {};
  if (delivered?.etag === etag && replay === undefined) {
    const { deliveredAt, path, verification, sha256 } = delivered;
    return { kind: 'delivered', at: deliveredAt, path, verification, sha256 };
  }
  if (failure === undefined || (delivered !== undefined && delivered.deliveredAt > failure.failedAt)) {
    return { kind: 'waiting' };
  }
  return { kind: 'failed', at: failure.failedAt, fault: failure.fault, message: failure.message };
}
