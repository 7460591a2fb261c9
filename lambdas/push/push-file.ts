import { type Delivery, deliverySchema } from '../contract/delivery.ts';
import type { PushFlow } from '../contract/push-flow.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import {
  type DeliveryName,
  readDelivery,
  recordDelivered,
  recordDeliveryFailure,
  recordRenaming,
} from '../ledger/delivery-entries.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pushFlowOf } from '../partners/read-partner.ts';
import type { Bucket } from '../s3/bucket.ts';
import {
  type CurrentObject,
  currentObject,
  deleteCurrent,
  readVersion,
  tagVersion,
} from '../s3/read-object.ts';
import { deliveryPaths } from '../sync/delivery-path.ts';
import { isRefusal } from '../sync/delivery-retry.ts';
import { deliveryRules } from './delivery-rules.ts';
import type { PartnerSessions } from './partner-sessions.ts';
import { putInPlace, sha256Of, TargetExistsError, writeBeside } from './put-in-place.ts';
import { sweepStaging } from './sweep-staging.ts';

export interface PushFileSystems {
  readonly table: Table;
  readonly outbox: Bucket;
  readonly readPartner: Partners['readPartner'];
  readonly sessions: PartnerSessions;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * What became of a delivery: `delivered` now; `delivered-before` by an earlier message; `superseded` by a newer version, which
 * has its own message; `object-gone`: deleted before it was delivered; `refused`, and recorded so.
 */
export type PushEnd = 'delivered' | 'delivered-before' | 'superseded' | 'object-gone' | 'refused';

/**
 * Delivers one version of one object: staged, verified, renamed into place, its marker written, recorded. The same message
 * may come again at any time, after a worker was killed at any point, and ends with one file under one name.
 * @throws what another try may cure: the message then goes back to the queue.
 */
export async function pushFile(message: unknown, systems: PushFileSystems): Promise<PushEnd> {
  const delivery = deliverySchema.parse(message);
  const { key, versionId } = delivery;
  const partner = await systems.readPartner(delivery.partner);
  const flow = pushFlowOf(partner, delivery.flow);
  const name = { flowName: delivery, relativePath: key.slice(flow.prefix.length) };
  const record = await readDelivery(systems.table, name);
  const current = await currentObject(systems.outbox, key);
  if (record.delivered?.versionId === versionId) {
    if (current?.versionId === versionId) await afterDelivery(flow, delivery, current, systems);
    return 'delivered-before';
  }
  if (current === undefined) return 'object-gone';
  if (current.versionId !== versionId) return 'superseded';
  const paths = deliveryPaths(deliveryRules(flow), delivery);
  if (typeof paths === 'string') {
    return refuse(systems, name, {
      versionId,
      fault: paths,
      message: `The key ${JSON.stringify(key)} has no place at the partner: ${paths}.`,
    });
  }
  try {
    const session = await systems.sessions.sessionOf(partner);
    const read = () => readVersion(systems.outbox, delivery);
    const placed = await putInPlace(session, {
      paths,
      overwrite: flow.overwrite,
      sizeBytes: current.sizeBytes,
      read,
      renameBegun: record.renaming?.versionId === versionId,
      beginRename: () => recordRenaming(systems.table, name, { versionId, at: systems.now() }),
      signal: systems.signal,
    });
    await writeBeside(session, paths, async () => placed.sha256 ?? sha256Of(await read()));
    await recordDelivered(systems.table, name, {
      ...placed,
      ...current,
      path: paths.target,
      deliveredAt: systems.now(),
    });
    // An earlier try of another version may have left its staging file; this one's is gone by the rename.
    const triedBefore = record.failure !== undefined || record.renaming !== undefined;
    if (triedBefore) await sweepStaging(session, paths, { pattern: flow.stagingName, now: systems.now() });
  } catch (error) {
    const fault = refusalIn(error);
    const text = error instanceof Error ? error.message : String(error);
    const passing = error instanceof FtpsError ? error.kind : 'internal';
    await refuse(systems, name, { versionId, fault: fault ?? passing, message: text });
    if (fault === undefined) throw error;
    return 'refused';
  }
  await afterDelivery(flow, delivery, current, systems);
  return 'delivered';
}

/** What another try cannot change. */
function refusalIn(error: unknown): string | undefined {
  if (error instanceof TargetExistsError) return 'target-exists';
  return error instanceof FtpsError && isRefusal(error.kind) ? error.kind : undefined;
}

async function refuse(
  systems: PushFileSystems,
  name: DeliveryName,
  failure: { readonly versionId: string; readonly fault: string; readonly message: string },
): Promise<'refused'> {
  await recordDeliveryFailure(systems.table, name, { ...failure, failedAt: systems.now() });
  return 'refused';
}

/** What the flow's `keep` says becomes of the object. Doing it again changes nothing. */
async function afterDelivery(
  flow: PushFlow,
  delivery: Delivery,
  { etag }: CurrentObject,
  { outbox, now }: PushFileSystems,
): Promise<void> {
  const { key, versionId } = delivery;
  if (flow.keep === 'tag')
    await tagVersion(outbox, { key, versionId }, { Key: 'ftps-sync:delivered', Value: now().toISOString() });
  if (flow.keep === 'delete') await deleteCurrent(outbox, { key, etag });
}
