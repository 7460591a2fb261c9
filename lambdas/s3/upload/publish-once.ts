import { headObject, type StoredObject } from '../head-object.ts';
import { StorageError } from '../storage-error.ts';
import type { UploadTarget } from './upload-target.ts';

/** The version of a published object. */
export interface PublishedVersion {
  readonly etag: string;
  readonly versionId: string | undefined;
}

/** What tells an object that a request published from any other. */
export interface OwnObject {
  readonly sizeBytes: number;
  /** CRC-32 in base64. */
  readonly checksum: string;
  /** Whether an object with these bytes can only be the one that is being published. */
  readonly isOwnObject: (object: StoredObject) => boolean;
}

/**
 * Publishes an object. A request whose answer was lost is sent again by the SDK, and meets its own success
 * as a conflict: the precondition no longer holds, or the upload no longer exists. Then the object at the
 * key is the answer. Every request that publishes under a precondition goes through here.
 * @throws StorageError, `conflict` if another object is at the key.
 */
export async function publishOnce(
  { bucket, key }: UploadTarget,
  own: OwnObject,
  send: () => Promise<PublishedVersion>,
): Promise<PublishedVersion> {
  try {
    return await send();
  } catch (cause) {
    if (!(cause instanceof StorageError) || cause.kind !== 'conflict') throw cause;
    const current = await headObject(bucket, key);
    if (current === undefined || !hasBytes(current, own) || !own.isOwnObject(current)) throw cause;
    return { etag: current.etag, versionId: current.versionId };
  }
}

function hasBytes(object: StoredObject, { sizeBytes, checksum }: OwnObject): boolean {
  return object.crc32 === checksum && object.sizeBytes === sizeBytes;
}

/** Whether the object has these metadata: those of a transfer name its file, version and run. */
export function hasMetadata(metadata: Readonly<Record<string, string>>): OwnObject['isOwnObject'] {
  return (object) => Object.entries(metadata).every(([name, value]) => object.metadata[name] === value);
}
