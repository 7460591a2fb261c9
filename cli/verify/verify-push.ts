import type { PushFlow } from '../../lambdas/contract/partner-file/push-flow.ts';
import { makeSelector } from '../../lambdas/core/path/selection.ts';
import { isRecordedVersion } from '../../lambdas/core/verify/compare-object.ts';
import type { FlowEntry } from '../../lambdas/ledger/entries/flow-entries.ts';
import type { FlowObject } from '../stage/flow-objects.ts';
import type { VerifyContext } from './comparison.ts';
import { mergeSorted, type Ordered } from './merge-sorted.ts';
import { compareBytes, readObjectBytes } from './object-bytes.ts';
import { PartnerFileCheck } from './partner-files.ts';
import { spoolEntries, spoolObjects } from './sorted-sources.ts';

type Side =
  | { readonly side: 'entry'; readonly entry: FlowEntry }
  | { readonly side: 'object'; readonly object: FlowObject };

/**
 * Compares a push flow: the ledger with the objects under the prefix, and each delivered version with the
 * file at the partner, as far as its server tells. What is held does not grow with ledger or bucket.
 * @throws CommandError where the partner cannot be reached.
 */
export async function verifyPush(context: VerifyContext, flow: PushFlow): Promise<void> {
  await using entries = await spoolEntries(context, flow);
  await using objects = await spoolObjects(context, flow);
  const partnerFiles = new PartnerFileCheck(context);
  const select = makeSelector(flow);
  const merged = mergeSorted<Side>([toEntries(entries.sorted()), toObjects(objects.sorted())]);
  let done = 0;
  for await (const { values } of merged) {
    const entry = values.find((value) => value?.side === 'entry')?.entry;
    const object = values.find((value) => value?.side === 'object')?.object;
    const path = object?.path ?? entry?.path ?? '';
    if (entry?.delivered !== undefined) {
      await compareDelivered({ ...entry, path }, object, { context, flow, partnerFiles });
    } else if (object !== undefined && select(path) === 'selected' && !isLeftOut(object, flow)) {
      const found = 'the ledger has no delivered version of it';
      context.comparison.add({ kind: 'not-delivered', path, found });
    }
    done += 1;
    if (done % 500 === 0 || context.deep) context.comparison.progress('comparing', done);
  }
  await partnerFiles.flush();
}

/** Whether the flow does not deliver an object of this size. */
function isLeftOut({ sizeBytes }: FlowObject, { minBytes }: PushFlow): boolean {
  return sizeBytes < minBytes;
}

interface PushVerification {
  readonly context: VerifyContext;
  readonly flow: PushFlow;
  readonly partnerFiles: PartnerFileCheck;
}

async function compareDelivered(
  { path, delivered }: FlowEntry,
  object: FlowObject | undefined,
  { context, flow, partnerFiles }: PushVerification,
): Promise<void> {
  const { comparison, stage, deep } = context;
  if (delivered === undefined) return;
  comparison.entries += 1;
  let { sha256 } = delivered;
  if (object === undefined) {
    if (flow.after !== 'delete')
      comparison.add({ kind: 'object-deleted', path, found: 'delivered, and no object at its key' });
  } else if (!isRecordedVersion(delivered, object)) {
    // The version before it is what the partner should have.
    if (isLeftOut(object, flow)) return partnerFiles.add({ ...delivered, path });
    const found = `another version is at its key, with ${object.sizeBytes} bytes`;
    comparison.add({ kind: 'not-delivered', path, found });
  } else if (deep) {
    const read = await readObjectBytes(stage.outbox, object.key, object.etag);
    comparison.bytes += read.sizeBytes;
    const result = compareBytes(path, delivered, read);
    comparison.add(result === 'unknown' ? undefined : result);
    sha256 ??= read.sha256;
  }
  await partnerFiles.add({ path, target: delivered.target, sizeBytes: delivered.sizeBytes, sha256 });
}

async function* toEntries(source: AsyncGenerator<Ordered<FlowEntry>>): AsyncGenerator<Ordered<Side>> {
  for await (const { order, value } of source) yield { order, value: { side: 'entry', entry: value } };
}

async function* toObjects(source: AsyncGenerator<Ordered<FlowObject>>): AsyncGenerator<Ordered<Side>> {
  for await (const { order, value } of source) yield { order, value: { side: 'object', object: value } };
}
