import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import { toFingerprint } from '../../core/listing/fingerprint.ts';
import { proveSameVersion } from '../../core/plan/same-version-proof.ts';
import { readFileFacts } from '../../ftps/listing/stat-file.ts';
import { parseTimeValue } from '../../ftps/session/file-facts.ts';
import type { Pool } from '../../ftps/session/pool.ts';
import type { StoredObject } from '../../s3/head-object.ts';
import { verifiedModifiedRaw } from '../../s3/source-metadata.ts';
import type { VerifiedObject } from './record-outcome.ts';

/**
 * Adopts an object that an interrupted run published and did not record. Its checksum was verified when it
 * was published. The partner must be shown to have this version still, or have no such file: a replacement
 * that was taken for it would be disposed unseen. The listing is no proof, since two versions of one minute
 * look the same there; the time that the object keeps from its transfer is: MDTM, or MLST. It is recorded, so
 * that a later file in the minute of a removed one is not taken for it either.
 * @returns the object without a SHA-256, which only the ledger keeps; undefined where nothing proves it, so
 * that the file has to be transferred again.
 * @throws FtpsError
 */
export async function adoptObject(
  { file }: TransferAction,
  object: StoredObject,
  pool: Pick<Pool, 'use'>,
): Promise<VerifiedObject | undefined> {
  const found = await pool.use((session) => readFileFacts(session, file.path));
  const { etag, versionId, sizeBytes, crc32, metadata } = object;
  const verifiedModified = parseTimeValue(verifiedModifiedRaw(metadata) ?? '');
  if (found !== undefined) {
    const { modified } = found;
    if (modified !== undefined && modified.raw !== verifiedModified?.raw) return undefined;
    const recorded = { sizeBytes, verifiedModified, listed: toFingerprint(file), isTimeFinal: false };
    if (proveSameVersion(recorded, found).kind !== 'same') return undefined;
  }
  const content = { etag, versionId, sizeBytes, crc32, sha256: undefined };
  return { ...content, verification: 'adopted', verifiedModified };
}
