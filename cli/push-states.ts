import type { PushFlow } from '../lambdas/contract/push-flow.ts';
import { deliveriesOfDirectory } from '../lambdas/ledger/delivery-entries.ts';
import type { FlowName } from '../lambdas/ledger/keys.ts';
import type { DeliveryRecord } from '../lambdas/sync/delivery-record.ts';
import { makeSelector } from '../lambdas/sync/selection.ts';
import { flowObjects } from './flow-objects.ts';
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

/** Every object under the flow's prefix with where it stands, in the order of the keys; one directory of the ledger is held. */
export async function* pushObjects(
  stage: Stage,
  flowName: FlowName,
  flow: PushFlow,
): AsyncGenerator<PushObject> {
  const select = makeSelector(flow);
  let directory: string | undefined;
  let records = new Map<string, DeliveryRecord>();
  for await (const { key, path, sizeBytes, etag } of flowObjects(stage.outbox, flow.prefix)) {
    if (select(path) !== 'selected') {
      yield { key, sizeBytes, state: { kind: 'not-selected' } };
      continue;
    }
    const slash = path.lastIndexOf('/');
    const own = slash === -1 ? '' : path.slice(0, slash);
    if (own !== directory) {
      records = await deliveriesOfDirectory(stage.table, flowName, own);
      directory = own;
    }
    yield { key, sizeBytes, state: stateOf(records.get(path.slice(slash + 1)), etag) };
  }
}

function stateOf(record: DeliveryRecord | undefined, etag: string): PushState {
  const { delivered, failure } = record ?? {};
  if (delivered?.etag === etag) {
    const { deliveredAt, path, verification, sha256 } = delivered;
    return { kind: 'delivered', at: deliveredAt, path, verification, sha256 };
  }
  if (failure === undefined || (delivered !== undefined && delivered.deliveredAt > failure.failedAt)) {
    return { kind: 'waiting' };
  }
  return { kind: 'failed', at: failure.failedAt, fault: failure.fault, message: failure.message };
}
