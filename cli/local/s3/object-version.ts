import { z } from 'zod';
import { integerOf, textOf } from '../database/open-database.ts';
import type { Row } from '../database/statements.ts';
import { checksumAlgorithms, type ObjectChecksum } from './checksums.ts';
import type { StoredHeaders } from './metadata.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** An object as it is to be stored: everything but its place in the order of versions. */
export interface NewObject {
  readonly bucket: string;
  readonly key: string;
  readonly modified: Date;
  readonly sizeBytes: number;
  /** Without its quotes. */
  readonly etag: string;
  readonly headers: StoredHeaders;
  readonly tags: readonly Tag[];
  readonly checksum: ObjectChecksum;
}

interface Place {
  /** Grows with every write to any key: of two versions of a key, the later one has the greater. */
  readonly sequence: number;
  /** `null`, in four letters, where the bucket was not versioned: that is how S3 names it. */
  readonly versionId: string;
  readonly isLatest: boolean;
}

export interface StoredObject extends NewObject, Place {
  readonly kind: 'object';
}

/** Hides the versions below it: the key reads as missing (docs: "Working with delete markers"). */
interface DeleteMarker extends Place {
  readonly kind: 'delete-marker';
  readonly bucket: string;
  readonly key: string;
  readonly modified: Date;
}

export type ObjectVersion = StoredObject | DeleteMarker;

/** The columns of table `version` as one of its two kinds. */
export function versionOf(row: Row): ObjectVersion {
  const common = {
    bucket: textOf(row, 'bucket'),
    key: textOf(row, 'key'),
    modified: new Date(integerOf(row, 'modified')),
    sequence: integerOf(row, 'sequence'),
    versionId: textOf(row, 'version_id'),
    isLatest: integerOf(row, 'is_latest') === 1,
  };
  if (textOf(row, 'kind') === 'delete-marker') return { kind: 'delete-marker', ...common };
  return {
    kind: 'object',
    ...common,
    sizeBytes: integerOf(row, 'size'),
    etag: textOf(row, 'etag'),
    headers: parseHeaders(textOf(row, 'headers')),
    tags: parseTags(textOf(row, 'tags')),
    checksum: checksumSchema.parse(JSON.parse(textOf(row, 'checksum'))),
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
