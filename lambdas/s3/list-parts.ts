import { ListPartsCommand, type ListPartsCommandOutput, NoSuchUpload } from '@aws-sdk/client-s3';
import { storageError } from './storage-error.ts';
import type { OpenUpload, StoredPart } from './upload-requests.ts';

/** Part numbers, both inclusive. */
interface Wanted {
  readonly firstPart: number;
  readonly lastPart: number;
}

const allParts: Wanted = { firstPart: 1, lastPart: 10_000 };

/**
 * The parts that are there, ascending: what an interrupted transfer goes on from. Undefined where there is no such upload:
 * it was completed, aborted, or removed by the bucket's lifecycle rule. @throws StorageError
 */
export async function listParts(
  { bucket, key, uploadId }: OpenUpload,
  { firstPart, lastPart }: Wanted = allParts,
): Promise<readonly StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  try {
    for (let marker: string | undefined = String(firstPart - 1); marker !== undefined; ) {
      const page: ListPartsCommandOutput = await bucket.client.send(
        new ListPartsCommand({
          Bucket: bucket.name,
          Key: key,
          UploadId: uploadId,
          PartNumberMarker: marker,
          MaxParts: Math.min(1000, lastPart - Number(marker)),
        }),
      );
      for (const { PartNumber = 0, Size = 0, ETag = '', ChecksumCRC32 = '' } of page.Parts ?? []) {
        if (PartNumber <= lastPart)
          parts.push({ number: PartNumber, sizeBytes: Size, etag: ETag, crc32: ChecksumCRC32 });
      }
      marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
      if (marker !== undefined && Number(marker) >= lastPart) marker = undefined;
    }
    return parts;
  } catch (cause) {
    if (cause instanceof NoSuchUpload) return undefined;
    throw storageError(`list the parts of ${bucket.name}/${key}`, cause);
  }
}
