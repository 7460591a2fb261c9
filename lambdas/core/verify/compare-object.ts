import type { Difference } from './difference.ts';

/** A version as the ledger has it. */
export interface RecordedObject {
  readonly path: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Base64; undefined where the ledger has none. */
  readonly crc32: string | undefined;
}

/** What the bucket shows at its key. */
export interface FoundObject {
  readonly sizeBytes: number;
  readonly etag: string;
  /** Of the whole object; undefined where S3 has none, or it was not asked for. */
  readonly crc32: string | undefined;
}

/** Whether size and ETag are those of the ledger; if not, the checksum decides what that means. */
export function isRecordedVersion(
  recorded: Pick<RecordedObject, 'sizeBytes' | 'etag'>,
  found: Pick<FoundObject, 'sizeBytes' | 'etag'>,
): boolean {
  return recorded.sizeBytes === found.sizeBytes && bareEtag(recorded.etag) === bareEtag(found.etag);
}

/** Compares an object with the ledger; undefined where they agree. */
export function compareObject(
  recorded: RecordedObject,
  found: FoundObject | undefined,
): Difference | undefined {
  const { path } = recorded;
  if (found === undefined) return { kind: 'object-deleted', path, found: 'no object at its key' };
  if (isRecordedVersion(recorded, found)) return undefined;
  if (found.sizeBytes !== recorded.sizeBytes) {
    const sizes = `the object has ${found.sizeBytes} bytes, the ledger ${recorded.sizeBytes}`;
    return { kind: 'object-overwritten', path, found: sizes };
  }
  if (recorded.crc32 !== undefined && found.crc32 === recorded.crc32)
    return { kind: 'object-rewritten', path, found: 'another version with the same size and CRC-32' };
  const checksums =
    recorded.crc32 === undefined || found.crc32 === undefined
      ? 'another ETag, and no checksum to compare'
      : 'another ETag and another CRC-32';
  return { kind: 'object-overwritten', path, found: checksums };
}

function bareEtag(etag: string): string {
  return etag.replaceAll('"', '');
}
