import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import type { ObjectKey } from '../../core/path/object-key.ts';
import { canResume } from '../../core/plan/big-file-step.ts';
import { partSizeBytes } from '../../core/plan/part-size.ts';
import { findBigUpload, forgetBigUpload, recordBigUpload } from '../../ledger/entries/big-uploads.ts';
import { toMetadata, toVerifiedMetadata } from '../../s3/source-metadata.ts';
import {
  abortOtherUploads,
  abortUpload,
  createUpload,
  listParts,
} from '../../s3/upload/multipart-requests.ts';
import { fileEntry, sourceFacts } from '../run-scope.ts';
import type { BigFileContext } from './big-file-context.ts';
import type { FileUpload } from './big-file-state.ts';

/**
 * Resumes the upload of an earlier run or attempt, where its parts belong to this version; otherwise creates
 * one in its place.
 * @throws StorageError, FencedError
 */
export async function openUpload(
  action: TransferAction,
  { sizeBytes, modifiedRaw }: Pick<FileUpload, 'sizeBytes' | 'modifiedRaw'>,
  context: BigFileContext,
): Promise<Omit<FileUpload, 'reading'>> {
  const { key, file } = action;
  const { table, inbox, scope } = context;
  const entry = fileEntry(scope, file.path);
  const place = { bucket: inbox, key };
  const partBytes = partSizeBytes(sizeBytes);
  const version = { key, sizeBytes, modifiedRaw, unique: file.unique, partBytes };
  const known = await findBigUpload(table, entry.flowName, entry.relativePath);
  if (known !== undefined && canResume(known, version)) {
    const { uploadId } = known;
    if ((await listParts({ ...place, uploadId })) !== undefined) {
      await abortOtherUploads(place, uploadId);
      return { uploadId, partBytes, sizeBytes, modifiedRaw };
    }
  }
  await discardUpload(action, context);
  const verified = modifiedRaw === undefined ? {} : toVerifiedMetadata(modifiedRaw);
  const { uploadId } = await createUpload(place, { ...toMetadata(sourceFacts(scope, file)), ...verified });
  await recordBigUpload(table, entry, { ...version, uploadId, now: context.now() });
  return { uploadId, partBytes, sizeBytes, modifiedRaw };
}

/** Aborts every upload that is open for the file; its parts are deleted. @throws StorageError, FencedError */
export async function discardUpload(
  { key, file }: TransferAction,
  { table, inbox, scope }: BigFileContext,
): Promise<void> {
  const entry = fileEntry(scope, file.path);
  const known = await findBigUpload(table, entry.flowName, entry.relativePath);
  if (known !== undefined) {
    await abortUpload({ bucket: inbox, key: known.key as ObjectKey, uploadId: known.uploadId });
    await forgetBigUpload(table, entry);
  }
  await abortOtherUploads({ bucket: inbox, key });
}
