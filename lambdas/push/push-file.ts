import { type Delivery, deliverySchema } from '../contract/delivery.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import type { PushFlow } from '../contract/push-flow.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Session } from '../ftps/session.ts';
import {
  type DeliveryName,
  readDelivery,
  recordDelivered,
  recordDeliveryFailure,
  recordNothingToDeliver,
  recordRenaming,
} from '../ledger/delivery-entries.ts';
import { pauseOf } from '../ledger/pauses.ts';
import { transferRate } from '../ledger/rate.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pushFlowOf } from '../partners/read-partner.ts';
import type { Bucket } from '../s3/bucket.ts';
import {
  type CurrentObject,
  currentObject,
  deleteCurrent,
  readVersion,
  type StreamRange,
  tagVersion,
} from '../s3/read-object.ts';
import { deliveryPaths } from '../sync/delivery-path.ts';
import type { DeliveryFailure, DeliveryRecord } from '../sync/delivery-record.ts';
import { isRefusal, isSuspicious, lastTry, nextTry } from '../sync/delivery-retry.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import { isLarge } from '../sync/resume-upload.ts';
import { deliveryRules } from './delivery-rules.ts';
import type { PartnerSessions } from './partner-sessions.ts';
import { DeliveryTryError, deliveryFault } from './push-fault.ts';
import { putInPlace, sha256Of, TargetExistsError, writeBeside } from './put-in-place.ts';
import { removeIfThere } from './remove-if-there.ts';
import type { TimeToWork } from './stage-object.ts';
import { sweepStaging } from './sweep-staging.ts';
import type { TellFailed } from './tell-failed.ts';
import { UploadProgress, UploadStuckError } from './upload-progress.ts';

export interface PushFileSystems {
  readonly table: Table;
  readonly outbox: Bucket;
  readonly readPartner: Partners['readPartner'];
  readonly sessions: PartnerSessions;
  readonly now: () => Date;
  /** Of the invocation. */
  readonly deadline: TimeToWork;
  readonly tellFailed: TellFailed;
}

/**
 * What became of a delivery: `delivered` now; `delivered-before` by an earlier message; `superseded` by a newer version, which
 * has its own message; `object-gone`: deleted before it was delivered; `no-flow`: the flow has another prefix now; `refused`,
 * and recorded so; `paused`: the flow is, and `resume` has reconcile find the object again;
 * `more`: a part of it is at the partner, under its staging name, and the message is to come again at once.
 */
export type PushEnd =
  | 'delivered'
  | 'delivered-before'
  | 'superseded'
  | 'object-gone'
  | 'no-flow'
  | 'refused'
  | 'paused'
  | 'more';

/** A message of the push queue. */
export interface PushMessage {
  readonly body: unknown;
  /** How often it was received. */
  readonly received: number;
}

/**
 * Delivers one version of one object: staged, verified, renamed into place, its marker written, recorded. The same message
 * may come again at any time, after a worker was killed at any point, and ends with one file under one name.
 * @throws DeliveryTryError for what another try may cure, FtpsError where nothing could be tried, PartnerError where the flow is not there any more.
 */
export async function pushFile({ body, received }: PushMessage, systems: PushFileSystems): Promise<PushEnd> {
  const delivery = deliverySchema.parse(body);
  const { key, versionId } = delivery;
  const partner = await systems.readPartner(delivery.partner);
  const flow = pushFlowOf(partner, delivery.flow);
  if (!key.startsWith(flow.prefix)) return 'no-flow';
  if ((await pauseOf(systems.table, delivery)) !== undefined) return 'paused';
  const name = { flowName: delivery, relativePath: key.slice(flow.prefix.length) };
  const record = await readDelivery(systems.table, name);
  const current = await currentObject(systems.outbox, key);
  if (record.delivered?.versionId === versionId && record.replay === undefined) {
    if (current?.versionId === versionId) await afterDelivery(flow, delivery, current, systems);
    return 'delivered-before';
  }
  const ending = { partner, flow, delivery, record, name };
  if (current?.versionId !== versionId) return endOutdated(current, ending, systems);
  const paths = deliveryPaths(deliveryRules(flow), delivery);
  if (typeof paths === 'string') {
    return refuse(
      systems,
      { delivery, name },
      {
        versionId,
        fault: paths,
        message: `The key ${JSON.stringify(key)} has no place at the partner: ${paths}.`,
        tries: 1,
      },
    );
  }
  let session: Session | undefined;
  const progress = new UploadProgress(systems.table, name, {
    versionId,
    sizeBytes: current.sizeBytes,
    mark: record.upload?.versionId === versionId ? record.upload : undefined,
    isLarge: await isLargeFor(systems, partner, current.sizeBytes),
    isSuspicious: isSuspicious(received),
  });
  const { target, staging } = paths;
  // That of this version is gone by the rename.
  const ofOlderVersions = stagingOfTries(flow, delivery, record).filter((path) => path !== staging);
  try {
    session = await systems.sessions.sessionOf(partner);
    session.control.dialogue.begin();
    const read = (range?: StreamRange) => readVersion(systems.outbox, delivery, range);
    if (record.upload !== undefined && record.upload.versionId !== versionId) {
      // It may be large, and its place in the record is needed for this version.
      for (const path of ofOlderVersions) await removeIfThere(session, path);
    }
    const placed = await putInPlace(session, {
      paths,
      overwrite: flow.overwrite,
      sizeBytes: current.sizeBytes,
      read,
      progress,
      begun: record.renaming?.versionId === versionId ? record.renaming : undefined,
      beginRename: async (before) => {
        // The upload may have taken long, and the newer version may have been delivered meanwhile: after a deployment that
        // changed maxConnections it stands in another group.
        if ((await currentObject(systems.outbox, key))?.versionId !== versionId) return 'outdated';
        await recordRenaming(systems.table, name, { versionId, at: systems.now(), before });
        return 'begun';
      },
      deadline: systems.deadline,
    });
    if (placed === 'more') return placed;
    if (placed === 'outdated') return endOutdated(await currentObject(systems.outbox, key), ending, systems);
    await writeBeside(
      session,
      paths,
      async () => placed.sha256 ?? sha256Of(await read(), systems.deadline.signal),
    );
    await recordDelivered(systems.table, name, {
      ...placed,
      ...current,
      path: paths.target,
      deliveredAt: systems.now(),
    });
  } catch (error) {
    if (isNoTry(error)) throw error;
    const fault = refusalIn(error);
    const dialogue = session?.control.dialogue.lines();
    const text = error instanceof Error ? error.message : String(error);
    const triesBefore =
      record.failure?.versionId === versionId && !progress.hasGrown ? record.failure.tries : 0;
    const tries = error instanceof UploadStuckError ? lastTry : nextTry(triesBefore);
    if (fault !== undefined)
      return refuse(systems, { delivery, name }, { versionId, fault, message: text, tries, dialogue });
    const failure = {
      versionId,
      fault: deliveryFault(error),
      message: text,
      tries,
      failedAt: systems.now(),
      dialogue,
    };
    await recordDeliveryFailure(systems.table, name, failure);
    const stage = session === undefined ? 'opening-session' : 'delivering';
    throw new DeliveryTryError(text, { cause: error, tries, stage });
  }
  await afterDelivery(flow, delivery, current, systems);
  const wasTried = record.failure !== undefined || record.renaming !== undefined;
  if (wasTried) await sweepStaging(session, { target, ofOlderVersions, stagingName: flow.stagingName });
  return 'delivered';
}

interface Ending {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
  readonly delivery: Delivery;
  readonly record: DeliveryRecord;
  readonly name: DeliveryName;
}

/**
 * The end of a version that is not the object's any more. Where the object is gone, what failed before needs nobody, and what
 * tries of it have left at the partner is taken away; where there is a newer version, its delivery does that.
 */
async function endOutdated(
  current: CurrentObject | undefined,
  { partner, flow, delivery, record, name }: Ending,
  { table, sessions }: PushFileSystems,
): Promise<'superseded' | 'object-gone'> {
  if (current !== undefined) return 'superseded';
  if (record.failure === undefined && record.upload === undefined) return 'object-gone';
  try {
    const session = await sessions.sessionOf(partner);
    for (const path of stagingOfTries(flow, delivery, record)) await removeIfThere(session, path);
  } catch (error) {
    // A leftover under a hidden name harms nobody; an object that is gone must not keep its group waiting for the partner.
    if (!(error instanceof FtpsError)) throw error;
  }
  await recordNothingToDeliver(table, name);
  return 'object-gone';
}

/** Where tries that failed may have left what they had uploaded. */
function stagingOfTries(flow: PushFlow, { key }: Delivery, record: DeliveryRecord): RemotePath[] {
  const tried = new Set([record.failure, record.renaming, record.upload].map((each) => each?.versionId));
  return [...tried].flatMap((versionId) => {
    const paths =
      versionId === undefined ? undefined : deliveryPaths(deliveryRules(flow), { key, versionId });
    return typeof paths === 'object' ? [paths.staging] : [];
  });
}

/** An object that is smaller is sent anew whatever the rate, and no rate is asked for it. */
const neverLargeBytes = 8 * 1024 * 1024;

async function isLargeFor(
  { table, deadline }: PushFileSystems,
  { partner }: PartnerFile,
  sizeBytes: number,
): Promise<boolean> {
  if (sizeBytes < neverLargeBytes) return false;
  return isLarge(sizeBytes, await transferRate(table, partner), deadline.totalMs);
}

/** Whether nobody has asked the partner: its connections are all in use, or its circuit is open. */
function isNoTry(error: unknown): boolean {
  return error instanceof FtpsError && (error.kind === 'partner-busy' || error.kind === 'circuit-open');
}

/** What another try cannot change. */
function refusalIn(error: unknown): string | undefined {
  if (error instanceof TargetExistsError) return 'target-exists';
  return error instanceof FtpsError && isRefusal(error.kind) ? error.kind : undefined;
}

async function refuse(
  systems: PushFileSystems,
  { delivery, name }: { readonly delivery: Delivery; readonly name: DeliveryName },
  failure: Omit<DeliveryFailure, 'failedAt'>,
): Promise<'refused'> {
  await recordDeliveryFailure(systems.table, name, { ...failure, failedAt: systems.now() });
  const { fault, message } = failure;
  await systems.tellFailed(delivery, { end: 'refused', fault, message });
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
