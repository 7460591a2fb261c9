import { type Delivery, deliverySchema } from '../../contract/events/delivery.ts';
import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { PushFlow } from '../../contract/partner-file/push-flow.ts';
import { type DeliveryPaths, deliveryPaths } from '../../core/delivery/delivery-path.ts';
import type { DeliveryLastError } from '../../core/delivery/delivery-record.ts';
import { decideAfterTry, isReceivedTooOften, nextTryAfter } from '../../core/delivery/delivery-retry.ts';
import {
  type CurrentVersion,
  type DeliverStep,
  deliveryStep,
  failedTryStep,
  outdatedStep,
  type SkippedEnd,
} from '../../core/delivery/delivery-step.ts';
import { fileOwner, type KnownFiles } from '../../core/delivery/own-file.ts';
import { isLarge } from '../../core/delivery/resume-upload.ts';
import { keyBelow } from '../../core/path/relative-path.ts';
import { parseRemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { RenameUncertainError } from '../../ftps/session/rename.ts';
import type { Session } from '../../ftps/session/session.ts';
import { transferRate } from '../../ledger/connection/transfer-rate.ts';
import { DeliveryLeaseLostError } from '../../ledger/entries/delivery-entries.ts';
import { findPause } from '../../ledger/pauses.ts';
import type { Table } from '../../ledger/table.ts';
import type { Partners } from '../../partners/partners.ts';
import { findPushFlow } from '../../partners/read-partner.ts';
import type { Queue } from '../../queues/queue.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { readVersion, type StreamRange } from '../../s3/object-versions.ts';
import { StorageError } from '../../s3/storage-error.ts';
import type { PushEvents } from '../push-events.ts';
import { findFile } from './check-upload.ts';
import { writeCompanionFiles } from './companion-files.ts';
import { concernsOneObject, DeliveryTryError, deliveryError, deliveryErrorKind } from './delivery-error.ts';
import { disposeObject, findCurrent } from './dispose-object.ts';
import { HeldDelivery } from './held-delivery.ts';
import type { PartnerSessions } from './partner-sessions.ts';
import { putInPlace } from './put-in-place.ts';
import { removeIfExists } from './remove-if-exists.ts';
import type { InvocationTime } from './stage-object.ts';
import { sha256OfStream } from './stream-digests.ts';
import { sweepStaging } from './sweep-staging.ts';
import { UploadProgress } from './upload-progress.ts';

export interface PushFileDependencies {
  readonly table: Table;
  readonly outbox: Bucket;
  readonly readPartner: Partners['readPartner'];
  readonly sessions: PartnerSessions;
  readonly now: () => Date;
  /** Of the invocation. */
  readonly deadline: InvocationTime;
  readonly events: Pick<PushEvents, 'publishFailed'>;
  /** Where a version is sent that a deletion has hidden. */
  readonly pushQueue: Queue;
}

/**
 * How a message ended. `refused`: recorded as failed, and not tried again. `unfinished`: a part of the object
 * is at the partner, under its staging name, and the message must be received again at once to resume.
 * `not-disposed`: delivered and recorded, but the flow's `after` failed; the message must be received again
 * at once, for that alone. `not-in-flow`: the flow has another prefix now. The others: {@link SkippedEnd}.
 */
export type PushEnd = 'delivered' | 'not-disposed' | 'refused' | 'unfinished' | 'not-in-flow' | SkippedEnd;

/** A message of the push queue. */
export interface PushMessage {
  readonly id: string;
  readonly body: unknown;
  /** How often it was received, this time included. */
  readonly received: number;
}

/** One message, and what is known of its object. */
interface DeliveryContext {
  readonly dependencies: PushFileDependencies;
  readonly delivery: Delivery;
  readonly received: number;
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
  readonly held: HeldDelivery;
}

/**
 * Delivers one version of one object: staged, verified, renamed into place, marked, recorded. What to do is
 * decided in core/delivery/delivery-step.ts; this file gathers the facts and executes the step. The same
 * message may come again at any time, also after the function was killed at any point, and ends with one file
 * under one name.
 *
 * One worker at a time has an object, by a lease in the ledger. See docs/push.md for what a worker that
 * sleeps past its lease can still do.
 * @throws DeliveryTryError if a try failed and was recorded; FtpsError `partner-busy` or `circuit-open`,
 * DeliveryBusyError or DeliveryLeaseLostError if nothing was tried; PartnerError if the partner or the flow
 * is not deployed; ZodError if the body is not a delivery. What follows each: `afterFailure` in
 * delivery-error.ts.
 */
export async function pushFile(
  { id: message, body, received }: PushMessage,
  dependencies: PushFileDependencies,
): Promise<PushEnd> {
  const delivery = deliverySchema.parse(body);
  const partner = await dependencies.readPartner(delivery.partner);
  const flow = findPushFlow(partner, delivery.flow);
  if (!delivery.key.startsWith(flow.prefix)) return 'not-in-flow';
  const { table, now, deadline } = dependencies;
  // The reconcile that `resume` starts finds the object.
  if ((await findPause(table, delivery)) !== undefined) return 'paused';
  const entry = { flowName: delivery, relativePath: keyBelow(flow.prefix, delivery.key) };
  await using held = await HeldDelivery.take({
    table,
    entry,
    rules: flow,
    object: delivery,
    message,
    now,
    deadline,
  });
  // Awaited here, or the lease would end before the delivery does.
  return await pushHeld({ dependencies, delivery, received, partner, flow, held });
}

async function pushHeld(context: DeliveryContext): Promise<PushEnd> {
  const { delivery, flow, held } = context;
  const { key, versionId } = delivery;
  const current = await findCurrent(context).catch((error) => endBeforeSession(context, error));
  if (current === 'refused') return current;
  const object = { key, versionId, attempt: held.attempt };
  const step = deliveryStep({ rules: flow, object, record: held.record, current });
  switch (step.kind) {
    case 'skip':
      if (step.end === 'too-small') await recordTooSmall(context);
      return step.end;
    case 'dispose':
      return disposeAgain(context, step.object);
    case 'clean-up':
      return cleanUp(context, step.end);
    case 'refuse': {
      const message = `The key ${JSON.stringify(delivery.key)} has no valid name at the partner: ${step.error}. Put the object under another key.`;
      return refuse(context, { versionId: delivery.versionId, error: step.error, message, tries: 1 });
    }
    case 'deliver':
      return deliver(context, step);
  }
  return step satisfies never;
}

async function deliver(context: DeliveryContext, step: DeliverStep): Promise<PushEnd> {
  const { sessions } = context.dependencies;
  const progress = await openProgress(context, step);
  let session: Session | undefined;
  try {
    session = await sessions.sessionFor(context.partner);
    session.control.transcript.clear();
    const end = await transfer(session, { context, step, progress });
    if (end !== 'delivered') return end;
  } catch (error) {
    if (error instanceof DeliveryLeaseLostError && session !== undefined)
      await removeOwnStaging(session, step.paths);
    return endFailedTry(context, { error, session, progress });
  }
  const isDisposed = await disposeDelivered(context, step.object);
  if (step.sweepsAfter) {
    const { stagingName } = context.flow;
    await sweepStaging(session, { target: step.paths.target, stagingName });
  }
  return isDisposed ? 'delivered' : 'not-disposed';
}

/** An error must not hide that the version is delivered: the message comes again and meets it then. */
async function disposeDelivered(context: DeliveryContext, object: CurrentVersion): Promise<boolean> {
  try {
    await disposeObject(context, object);
    return true;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return false;
  }
}

/** Disposes of the object of a version that an earlier message has delivered. */
async function disposeAgain(context: DeliveryContext, object: CurrentVersion): Promise<PushEnd> {
  const { held, delivery, flow } = context;
  try {
    await disposeObject(context, object);
  } catch (cause) {
    if (!(cause instanceof StorageError && concernsOneObject(cause))) throw cause;
    const message = `The object is delivered, but \`after: ${flow.after}\` failed. ${cause.message}`;
    return endBeforeSession(context, new StorageError(cause.kind, message, cause));
  }
  const isErrorOpen = held.record.lastError?.versionId === delivery.versionId;
  if (flow.after !== 'delete' && isErrorOpen) await held.recordDisposed();
  return 'already-delivered';
}

/** No other worker uses the names, and none knows of a file that was written after the lease. */
async function removeOwnStaging(session: Session, paths: DeliveryPaths): Promise<void> {
  const { staging, companionStaging, checksum, done } = paths;
  const hasCompanions = checksum !== undefined || done !== undefined;
  for (const path of hasCompanions ? [staging, companionStaging] : [staging]) {
    if (!session.lost) await removeIfExists(session, path).catch(() => undefined);
  }
}

interface TransferOptions {
  readonly context: DeliveryContext;
  readonly step: DeliverStep;
  readonly progress: UploadProgress;
}

/** Puts the object in place, writes its companion files, and records it. */
async function transfer(
  session: Session,
  { context, step, progress }: TransferOptions,
): Promise<'delivered' | 'unfinished' | SkippedEnd> {
  const { dependencies, delivery, flow, held } = context;
  const { outbox, deadline, now } = dependencies;
  const { versionId } = delivery;
  const { paths, object } = step;
  const read = (range?: StreamRange) => readVersion(outbox, delivery, range);
  const assertHeld = () => held.assertHeld();
  const placed = await putInPlace(session, {
    paths,
    overwrite: flow.overwrite,
    delivery: flow.delivery,
    known: knownFiles(context, paths),
    verify: flow.verify,
    makesDirectories: flow.makeDirectories,
    sizeBytes: object.sizeBytes,
    read,
    progress,
    begunRename: step.begunRename,
    checkVersion: async () =>
      (await findCurrent(context))?.versionId === versionId ? 'current' : 'outdated',
    recordNotRenamed: () => held.recordNotRenamed(),
    recordRename: (stats) => held.recordRenaming({ versionId, at: now(), ...stats }),
    recordWrite: (write) => held.recordWriting({ ...write, versionId, sizeBytes: object.sizeBytes }),
    leftovers: held.leftovers,
    versionId,
    assertHeld,
    setLeftovers: (leftovers) => held.setLeftovers(leftovers),
    deadline,
  });
  if (placed === 'unfinished') return placed;
  if (placed === 'outdated') return endOutdated(context);
  held.confirmRenamed();
  const sha256 = async () => placed.sha256 ?? sha256OfStream(await read(), deadline.signal);
  await writeCompanionFiles(session, paths, { sha256, assertHeld, ...flow });
  const delivered = { ...placed, ...object, path: paths.target, deliveredAt: now() };
  await held.recordDelivered(delivered, flow.after === 'delete' ? 'dispose' : 'end');
  return 'delivered';
}

/** A smaller object is never resumed, so the ledger is not asked for the partner's rate. */
const neverLargeBytes = 8 * 1024 * 1024;

async function openProgress(
  { dependencies, held, received, partner, delivery, flow }: DeliveryContext,
  { object: { sizeBytes }, upload, paths }: DeliverStep,
): Promise<UploadProgress> {
  const { table, deadline } = dependencies;
  const isLargeObject =
    sizeBytes >= neverLargeBytes &&
    isLarge(sizeBytes, await transferRate(table, partner.partner), deadline.totalMs);
  const facts = {
    versionId: delivery.versionId,
    staging: flow.delivery === 'direct' ? paths.target : paths.staging,
    sizeBytes,
    mark: upload,
    isLarge: isLargeObject,
    isReceivedTooOften: isReceivedTooOften(received),
  };
  return new UploadProgress(facts, (mark) => held.recordUpload(mark));
}

/** Ends a version that stopped being the object's current one while it was uploaded. */
async function endOutdated(context: DeliveryContext): Promise<SkippedEnd> {
  const current = await findCurrent(context);
  const step = outdatedStep({ record: context.held.record, current });
  return step.kind === 'skip' ? step.end : cleanUp(context, step.end);
}

function knownFiles({ held: { record } }: DeliveryContext, { target }: DeliveryPaths): KnownFiles {
  return { path: target, delivered: record.delivered, begun: record.renaming };
}

/**
 * Deletes what tries of an object that is not to be delivered left at the partner, as far as the partner can
 * be reached, and closes the record, so that `attention` no longer lists the object.
 */
async function cleanUp<T extends 'object-deleted' | 'too-small'>(
  context: DeliveryContext,
  end: T,
): Promise<T> {
  const { dependencies, partner, held } = context;
  try {
    const session = await dependencies.sessions.sessionFor(partner);
    for (const path of held.leftovers.flatMap(({ path, companion }) => [path, companion ?? []]).flat())
      await removeIfExists(session, parseRemotePath(path));
    await removeOwnPart(session, context);
  } catch (error) {
    // A leftover under a hidden name does no harm, and a deleted object must not keep its group waiting for
    // the partner.
    if (!(error instanceof FtpsError)) throw error;
  }
  await (end === 'too-small' ? recordTooSmall(context) : held.recordNothingToDeliver());
  return end;
}

function recordTooSmall({ delivery, held, dependencies }: DeliveryContext): Promise<void> {
  const { versionId, sizeBytes } = delivery;
  return held.recordTooSmall({ versionId, sizeBytes, at: dependencies.now() });
}

/** Deletes a part of the object that a try has left under its final name. */
async function removeOwnPart(session: Session, context: DeliveryContext): Promise<void> {
  const { delivery, flow, held } = context;
  const paths = deliveryPaths(flow, delivery);
  if (held.record.renaming?.write === undefined || typeof paths === 'string') return;
  const target = await findFile(session, paths.target, flow.verify);
  if (fileOwner(target, knownFiles(context, paths)).kind === 'part')
    await removeIfExists(session, paths.target);
}

/** Records an error that concerns this object alone, which would otherwise keep its whole group waiting. */
async function endBeforeSession(context: DeliveryContext, error: unknown): Promise<'refused'> {
  if (!concernsOneObject(error)) throw error;
  return endFailedTry(context, { error, session: undefined, progress: { hasGrown: false } });
}

interface FailedTry {
  readonly error: unknown;
  /** Undefined where no session could be opened. */
  readonly session: Session | undefined;
  readonly progress: Pick<UploadProgress, 'hasGrown'>;
}

/** Records a failed try. @throws DeliveryTryError unless the delivery is refused; `error` itself to wait. */
async function endFailedTry(
  context: DeliveryContext,
  { error, session, progress }: FailedTry,
): Promise<'refused'> {
  const { dependencies, delivery, held } = context;
  const { record } = held;
  const { versionId } = delivery;
  const step = failedTryStep({
    error: deliveryErrorKind(error),
    versionId,
    lastError: record.lastError,
    hasGrown: progress.hasGrown,
  });
  if (step.kind === 'wait') throw error;
  const { tries } = step;
  const message = error instanceof Error ? error.message : String(error);
  const transcript = session?.control.transcript.lines();
  const lastError = { versionId, error: deliveryError(error), message, tries, transcript };
  const isRefused = held.isRenameOpen && !(error instanceof RenameUncertainError);
  const renaming = isRefused ? 'none' : 'unchanged';
  if (step.kind === 'refuse') return refuse(context, lastError, renaming);
  const failedAt = dependencies.now();
  const next = decideAfterTry(tries, error instanceof FtpsError ? error.kind : undefined);
  await held.recordError({ ...lastError, failedAt, ...nextTryAfter(next, failedAt) }, renaming);
  const stage = session === undefined ? 'opening-session' : 'delivering';
  throw new DeliveryTryError(message, { cause: error, tries, stage });
}

/** Records the delivery as failed for good, and publishes `push.failed`. */
async function refuse(
  { dependencies, delivery, held }: DeliveryContext,
  lastError: Omit<DeliveryLastError, 'failedAt'>,
  renaming: 'none' | 'unchanged' = 'unchanged',
): Promise<'refused'> {
  const failed = { ...lastError, failedAt: dependencies.now(), isGivenUp: true };
  await held.recordError(failed, renaming);
  const { error, message } = lastError;
  await dependencies.events.publishFailed(delivery, { outcome: 'refused', error, message });
  return 'refused';
}
