import { z } from 'zod';
import { readInteger, readText } from '../../sqlite/open-database.ts';
import type { Row } from '../../sqlite/statements.ts';
import { checksumAlgorithms, type ObjectChecksum } from '../protocol/checksums.ts';
import type { StoredHeaders } from './metadata.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** An object to store, without its position among the versions. */
export interface NewObject {
  readonly bucket: string;
  readonly key: string;
  readonly modified: Date;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly headers: StoredHeaders;
  readonly tags: readonly Tag[];
  readonly checksum: ObjectChecksum;
}

interface VersionPosition {
  /** Increases with every write to any key: a later version of a key has a greater sequence. */
  readonly sequence: number;
  /** The string `null` in a bucket without versioning, as in S3. */
  readonly versionId: string;
  readonly isLatest: boolean;
}

export interface StoredObject extends NewObject, VersionPosition {
  readonly kind: 'object';
}

/** Hides the earlier versions: the key reads as missing ("Working with delete markers"). */
interface DeleteMarker extends VersionPosition {
  readonly kind: 'delete-marker';
  readonly bucket: string;
  readonly key: string;
  readonly modified: Date;
}

export type ObjectVersion = StoredObject | DeleteMarker;

/** Reads a row of table `version`. */
export function toVersion(row: Row): ObjectVersion {
  const common = {
    bucket: readText(row, 'bucket'),
    key: readText(row, 'key'),
    modified: new Date(readInteger(row, 'modified')),
    sequence: readInteger(row, 'sequence'),
    versionId: readText(row, 'version_id'),
    isLatest: readInteger(row, 'is_latest') === 1,
  };
  if (readText(row, 'kind') === 'delete-marker') return { kind: 'delete-marker', ...common };
  return {
    kind: 'object',
    ...common,
    sizeBytes: readInteger(row, 'size'),
    etag: readText(row, 'etag'),
    headers: parseHeaders(readText(row, 'headers')),
    tags: parseTags(readText(row, 'tags')),
    checksum: checksumSchema.parse(JSON.parse(readText(row, 'checksum'))),
  };
}

export function parseHeaders(json: string): StoredHeaders {
  return headersSchema.parse(JSON.parse(json));
}

export function parseTags(json: string): readonly Tag[] {
  return tagsSchema.parse(JSON.parse(json));
}

const headersSchema = z.record(z.string(), z.string());
const tagsSchema = z.array(z.object({ key: z.string(), value: z.string() }));
const checksumSchema = z.object({
  algorithm: z.enum(checksumAlgorithms),
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
  value: z.string(),
});
