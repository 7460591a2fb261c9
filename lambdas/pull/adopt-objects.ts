import type { Run } from '../contract/workflow.ts';
import { recordTaken } from '../ledger/file-entries.ts';
import type { Table } from '../ledger/table.ts';
import type { Bucket } from '../s3/bucket.ts';
import { lookAtObject, type StoredObject } from '../s3/look-at-object.ts';
import { type Candidate, isCandidate, judgeAdoption, leftAlone } from '../sync/adoption.ts';
import { fingerprintOf } from '../sync/fingerprint.ts';
import type { Decision } from '../sync/plan.ts';
import { pathBelow, type RemotePath } from '../sync/remote-path.ts';
import type { ServerZone } from '../sync/server-zone.ts';

export interface Adopting {
  readonly run: Run;
  readonly remote: RemotePath;
  readonly zone: ServerZone;
  readonly table: Table;
  readonly inbox: Bucket;
  readonly now: () => Date;
}

/** How many objects are looked at, and recorded, at once. */
const objectsAtOnce = 25;

/**
 * Takes over what is in the bucket already: each file that was to be transferred becomes a decision that says what its object is, and
 * an object that agrees with the listing is recorded as taken, unless this is a plan. Nothing is moved. @throws StorageError, FencedError
 */
export async function adoptObjects(decisions: readonly Decision[], adopting: Adopting): Promise<Decision[]> {
  const judged: Decision[] = [];
  for (let start = 0; start < decisions.length; start += objectsAtOnce) {
    const some = decisions.slice(start, start + objectsAtOnce).map((decision) => {
      return isCandidate(decision) ? adopt(decision, adopting) : leftAlone(decision);
    });
    judged.push(...(await Promise.all(some)));
  }
  return judged;
}

async function adopt({ file, key }: Candidate, adopting: Adopting): Promise<Decision> {
  const { run, zone, inbox } = adopting;
  const found = await lookAtObject(inbox, key);
  const reason = judgeAdoption(file, found, zone);
  if (found !== undefined && reason === 'adopted' && run.mode === 'run') {
    await record({ file, key }, found, adopting);
  }
  return { kind: 'skip', path: file.path, sizeBytes: file.sizeBytes, reason };
}

/** Nobody has seen the bytes at the partner: there is neither a SHA-256 of them nor a time that was verified. */
async function record(
  { file, key }: Pick<Candidate, 'file' | 'key'>,
  { etag, versionId, sizeBytes, crc32 }: StoredObject,
  { run, remote, table, now }: Adopting,
): Promise<void> {
  const write = { flowName: run, relativePath: pathBelow(remote, file.path) ?? '', fence: run.fence };
  await recordTaken(table, write, {
    fingerprint: fingerprintOf(file),
    key,
    etag,
    versionId,
    sizeBytes,
    sha256: undefined,
    crc32,
    verifiedModified: undefined,
    isReplaced: false,
    runId: run.runId,
    takenAt: now(),
  });
}
