import { z } from 'zod';
import { listingSummarySchema } from '../../lambdas/contract/documents/listing-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/documents/run-folder.ts';
import type { RunReport } from '../../lambdas/contract/documents/run-report.ts';
import type { PullFlow } from '../../lambdas/contract/partner-file/pull-flow.ts';
import { toLineOrder } from '../../lambdas/core/listing/listing-order.ts';
import type { ObjectKey } from '../../lambdas/core/path/object-key.ts';
import { fileOrder } from '../../lambdas/core/path/path-order.ts';
import {
  compareObject,
  type FoundObject,
  isRecordedVersion,
} from '../../lambdas/core/verify/compare-object.ts';
import { comparePulledFile, type PlannedFile } from '../../lambdas/core/verify/compare-partner.ts';
import type { FlowEntry, RecordedVersion } from '../../lambdas/ledger/entries/flow-entries.ts';
import { sortedListing } from '../../lambdas/pull/plan-run/sorted-listing.ts';
import { getJson } from '../../lambdas/s3/documents/documents.ts';
import { headObject } from '../../lambdas/s3/head-object.ts';
import { CommandError, exitCodeForRun, exitCodes } from '../exit-code.ts';
import { allFiles } from '../runs/run-files.ts';
import type { FlowObject } from '../stage/flow-objects.ts';
import type { VerifyContext } from './comparison.ts';
import { mergeSorted, type Ordered } from './merge-sorted.ts';
import { compareBytes, readObjectBytes } from './object-bytes.ts';
import { PartnerFileCheck } from './partner-files.ts';
import { spoolEntries, spoolObjects } from './sorted-sources.ts';
import { Spool } from './spool.ts';

const plannedSchema = z.object({
  path: z.string(),
  outcome: z.enum(['transfer', 'dispose', 'skipped', 'held', 'refused']),
  reason: z.string(),
});
type Planned = PlannedFile & { readonly path: string };

/** What ledger, bucket and partner have at one position. */
type Side =
  | { readonly side: 'entry'; readonly entry: FlowEntry }
  | { readonly side: 'object'; readonly object: FlowObject }
  | { readonly side: 'listed'; readonly path: string }
  | { readonly side: 'planned'; readonly planned: Planned };

/**
 * Compares a pull flow: the ledger with the objects under the prefix, and with the listing and the decisions
 * of a plan that was just made. What is held does not grow with ledger, bucket or directory.
 * @throws CommandError where the plan has failed.
 */
export async function verifyPull(context: VerifyContext, flow: PullFlow, plan: RunReport): Promise<void> {
  if (plan.status === 'failed') {
    const { error: code = 'internal', message = 'The plan failed.' } = plan.cause ?? {};
    throw new CommandError(exitCodeForRun(plan) || exitCodes.internal, message, { code });
  }
  await using entries = await spoolEntries(context, flow);
  await using objects = await spoolObjects(context, flow);
  await using decisions = await spoolPlan(context, flow, plan);
  const partnerFiles = new PartnerFileCheck(context);
  const merged = mergeSorted<Side>([
    mapSorted(entries.sorted(), (entry) => ({ side: 'entry', entry })),
    mapSorted(objects.sorted(), (object) => ({ side: 'object', object })),
    listedFiles(context, flow, plan),
    mapSorted(decisions.sorted(), (planned) => ({ side: 'planned', planned })),
  ]);
  let done = 0;
  for await (const { values } of merged) {
    await compareOne(toFile(values), { context, flow, plan, partnerFiles });
    done += 1;
    if (done % 500 === 0 || context.deep) context.comparison.progress('comparing', done);
  }
  await partnerFiles.flush();
}

interface VerifiedFile {
  readonly entry: FlowEntry | undefined;
  readonly object: FlowObject | undefined;
  readonly listed: string | undefined;
  readonly planned: Planned | undefined;
}

function toFile(values: readonly (Side | undefined)[]): VerifiedFile {
  let file: VerifiedFile = { entry: undefined, object: undefined, listed: undefined, planned: undefined };
  for (const value of values) {
    if (value?.side === 'entry') file = { ...file, entry: value.entry };
    if (value?.side === 'object') file = { ...file, object: value.object };
    if (value?.side === 'listed') file = { ...file, listed: value.path };
    if (value?.side === 'planned') file = { ...file, planned: value.planned };
  }
  return file;
}

interface PullVerification {
  readonly context: VerifyContext;
  readonly flow: PullFlow;
  readonly plan: RunReport;
  readonly partnerFiles: PartnerFileCheck;
}

async function compareOne(file: VerifiedFile, verification: PullVerification): Promise<void> {
  const { context, flow, plan, partnerFiles } = verification;
  const { comparison, deep } = context;
  const { entry, object, listed, planned } = file;
  const path = entry?.path ?? object?.path ?? (listed === undefined ? '' : below(flow, listed));
  const recorded = entry?.transferred;
  if (recorded !== undefined) comparison.entries += 1;
  comparison.add(
    comparePulledFile({
      path: path === '' && planned !== undefined ? below(flow, planned.path) : path,
      isRecorded: recorded !== undefined,
      isListed: listed !== undefined,
      planned,
      isDisposed: flow.after !== 'keep',
      isListingComplete: plan.incompleteDirectories === 0,
    }),
  );
  if (recorded === undefined) {
    if (object !== undefined)
      comparison.add({ kind: 'object-not-recorded', path, found: 'the ledger has no version of it' });
    return;
  }
  const { sha256, isEqual } = await compareWithBucket(path, { recorded, object, verification });
  if (!deep || !isEqual || listed === undefined || planned !== undefined) return;
  await partnerFiles.add({ path, target: listed, sizeBytes: recorded.sizeBytes, sha256 });
}

interface BucketSide {
  readonly recorded: RecordedVersion;
  readonly object: FlowObject | undefined;
  readonly verification: PullVerification;
}

/** @returns the SHA-256 of the bytes that ledger and bucket agree on, where it is known. */
async function compareWithBucket(
  path: string,
  { recorded, object, verification: { context, flow } }: BucketSide,
): Promise<{ readonly sha256: string | undefined; readonly isEqual: boolean }> {
  const { comparison, deep, stage } = context;
  const key = recorded.key ?? `${flow.prefix}${path}`;
  const isListedKey = object?.key === key;
  // S3 is asked only where the listing does not say that the object is the recorded one.
  const found: FoundObject | undefined =
    isListedKey && isRecordedVersion(recorded, object)
      ? { ...object, crc32: undefined }
      : await headObject(stage.inbox, key as ObjectKey);
  const difference = compareObject({ path, ...recorded }, found);
  comparison.add(difference);
  if (difference !== undefined || found === undefined) return { sha256: undefined, isEqual: false };
  if (!deep) return { sha256: recorded.sha256, isEqual: true };
  const read = await readObjectBytes(stage.inbox, key, found.etag);
  comparison.bytes += read.sizeBytes;
  const result = compareBytes(path, recorded, read);
  comparison.add(result);
  return { sha256: read.sha256, isEqual: result === undefined || result === 'unknown' };
}

/** The decisions of the plan, sorted on disk: its documents are in an order of their own. */
async function spoolPlan({ stage }: VerifyContext, flow: PullFlow, plan: RunReport): Promise<Spool<Planned>> {
  const spool = await Spool.open<Planned>((json) => plannedSchema.parse(json));
  for await (const file of allFiles(stage, plan)) {
    const { success, data } = plannedSchema.safeParse(file);
    if (success) await spool.add(fileOrder(below(flow, data.path)), data);
  }
  return spool;
}

/** The files of the plan's listing, which is sorted. */
async function* listedFiles(
  { stage }: VerifyContext,
  flow: PullFlow,
  plan: RunReport,
): AsyncGenerator<Ordered<Side>> {
  const folder = runFolder({ ...plan, runId: plan.run });
  const summary = await getJson(stage.runs, `${folder}${documentNames.listingSummary}`, listingSummarySchema);
  if (summary === undefined) throw new Error(`The listing of plan ${plan.run} is not in the runs bucket.`);
  const { shards } = summary;
  for await (const line of sortedListing(stage.runs, folder, { shards, remote: flow.remote })) {
    if (line.kind !== 'file') continue;
    const { directory, name } = toLineOrder(flow.remote, line);
    yield { order: { directory, name }, value: { side: 'listed', path: line.file.path } };
  }
}

async function* mapSorted<T>(
  source: AsyncGenerator<Ordered<T>>,
  toSide: (value: T) => Side,
): AsyncGenerator<Ordered<Side>> {
  for await (const { order, value } of source) yield { order, value: toSide(value) };
}

/** The path below the flow's remote directory, also of a name that cannot be a path. */
function below({ remote }: PullFlow, path: string): string {
  return path.slice(remote.endsWith('/') ? remote.length : remote.length + 1);
}
