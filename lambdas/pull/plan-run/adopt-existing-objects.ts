import { toFingerprint } from '../../core/listing/fingerprint.ts';
import type { ServerZone } from '../../core/listing/server-zone.ts';
import {
  type AdoptionCandidate,
  evaluateAdoption,
  isAdoptionCandidate,
  skipDuringAdoption,
} from '../../core/plan/adoption.ts';
import type { Decision } from '../../core/plan/plan.ts';
import { recordTransferredVersion } from '../../ledger/entries/file-entries.ts';
import type { Table } from '../../ledger/table.ts';
import { ItemRefusedError } from '../../ledger/write-item.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { assertBucketExists, headObject, type StoredObject } from '../../s3/head-object.ts';
import { unlessRefused } from '../refusal.ts';
import { fileEntry, type RunScope } from '../run-scope.ts';

export interface AdoptionContext extends RunScope {
  readonly zone: ServerZone;
  readonly table: Table;
  readonly inbox: Bucket;
  readonly now: () => Date;
  readonly log: Pick<StepLog, 'warn'>;
}

/** Objects that are looked up and recorded at the same time. */
const maxObjectsAtOnce = 25;

/**
 * Adopts objects that are in the bucket already: each file to transfer becomes a decision about its object,
 * and an object that agrees with the listing is recorded as transferred, unless the run is a plan. Nothing is
 * transferred. A file whose object S3 refuses to show, or whose item the table refuses, is refused by name.
 * @returns the decisions in their order.
 * @throws StorageError, FencedError
 */
export async function adoptExistingObjects(
  decisions: readonly Decision[],
  context: AdoptionContext,
): Promise<Decision[]> {
  const adopted: Decision[] = [];
  for (let start = 0; start < decisions.length; start += maxObjectsAtOnce) {
    const batch = decisions.slice(start, start + maxObjectsAtOnce).map((decision) => {
      return isAdoptionCandidate(decision)
        ? adoptUnlessRefused(decision, context)
        : skipDuringAdoption(decision);
    });
    adopted.push(...(await Promise.all(batch)));
  }
  const missing = decisions.find((_, index) => isNoObject(adopted[index]));
  // Without the bucket every file would seem to have no object.
  if (missing !== undefined && isAdoptionCandidate(missing))
    await assertBucketExists(context.inbox, missing.key);
  return adopted;
}

function isNoObject(decision: Decision | undefined): boolean {
  return decision?.kind === 'skip' && decision.reason === 'no-object';
}

function adoptUnlessRefused(candidate: AdoptionCandidate, context: AdoptionContext): Promise<Decision> {
  const { path } = candidate.file;
  return unlessRefused<Decision>(
    () => adopt(candidate, context),
    (refusal) => {
      const reason = refusal instanceof ItemRefusedError ? 'not-recordable' : 'object-refused';
      context.log.warn(refusal.message, { path, error: reason });
      return { kind: 'refuse', path, reason };
    },
  );
}

async function adopt(candidate: AdoptionCandidate, context: AdoptionContext): Promise<Decision> {
  const { run, zone, inbox } = context;
  const { file, key } = candidate;
  const found = await headObject(inbox, key);
  const reason = evaluateAdoption(file, found, zone);
  if (found !== undefined && reason === 'adopted' && run.mode === 'run') {
    await record(candidate, found, context);
  }
  return { kind: 'skip', path: file.path, sizeBytes: file.sizeBytes, reason };
}

/** The bytes at the partner were not read, so there is neither a SHA-256 nor a verified time. */
async function record(
  { file, key, isTimeFinal, doneFile }: AdoptionCandidate,
  { etag, versionId, sizeBytes, crc32 }: StoredObject,
  { table, now, ...scope }: AdoptionContext,
): Promise<void> {
  await recordTransferredVersion(table, fileEntry(scope, file.path), {
    fingerprint: toFingerprint(file),
    key,
    etag,
    versionId,
    sizeBytes,
    sha256: undefined,
    crc32,
    verifiedModified: undefined,
    isTimeFinal,
    doneFile,
    isReplaced: false,
    runId: scope.run.runId,
    transferredAt: now(),
  });
}
