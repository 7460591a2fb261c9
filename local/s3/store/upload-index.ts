import { z } from 'zod';
import { type Database, readInteger, readText } from '../../sqlite/open-database.ts';
import type { Row } from '../../sqlite/statements.ts';
import { type ChecksumAlgorithm, type ChecksumType, checksumAlgorithms } from '../protocol/checksums.ts';
import { S3Error } from '../protocol/s3-error.ts';
import type { KeyScan } from './listing.ts';
import type { StoredHeaders } from './metadata.ts';
import { aboveAllText } from './object-index.ts';
import { parseHeaders, parseTags, type Tag } from './object-version.ts';

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: Date;
  readonly headers: StoredHeaders;
  readonly tags: readonly Tag[];
  readonly algorithm: ChecksumAlgorithm;
  readonly checksumType: ChecksumType;
  /**
   * Whether the client chose the checksum. Otherwise S3 computes its default and accepts none from the
   * client.
   */
  readonly isChecksumRequested: boolean;
}

export interface Part {
  readonly number: number;
  readonly blob: string;
  readonly sizeBytes: number;
  /** The MD5 of the part's bytes in hexadecimal. */
  readonly etag: string;
  readonly digest: Buffer;
  readonly modified: Date;
}

interface PartPage {
  readonly upload: string;
  readonly after: number;
  readonly limit: number;
}

/**
 * The multipart uploads in progress. Writes with several steps must be called in a transaction of the
 * database.
 */
export class UploadIndex {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  create(upload: Upload): void {
    this.#database.sql.run`
      INSERT INTO upload (id, bucket, key, initiated, headers, tags, algorithm, checksum_type, is_checksum_asked)
      VALUES (${upload.id}, ${upload.bucket}, ${upload.key}, ${upload.initiated.getTime()},
        ${JSON.stringify(upload.headers)}, ${JSON.stringify(upload.tags)}, ${upload.algorithm},
        ${upload.checksumType}, ${Number(upload.isChecksumRequested)})`;
  }

  /** The greatest id of the key's uploads; undefined when it has none. */
  latestId({ bucket, key }: Pick<Upload, 'bucket' | 'key'>): string | undefined {
    const row = this.#database.sql
      .get`SELECT id FROM upload WHERE bucket = ${bucket} AND key = ${key} ORDER BY id DESC LIMIT 1`;
    return row === undefined ? undefined : readText(row, 'id');
  }

  /** @throws S3Error NoSuchUpload when the id is unknown or belongs to another key. */
  get({ id, bucket, key }: Pick<Upload, 'id' | 'bucket' | 'key'>): Upload {
    const row = this.#database.sql
      .get`SELECT * FROM upload WHERE id = ${id} AND bucket = ${bucket} AND key = ${key}`;
    if (row !== undefined) return toUpload(row);
    throw new S3Error(
      'NoSuchUpload',
      'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
      { fields: { UploadId: id } },
    );
  }

  /** The uploads in the range, in key order; for the key `from` only those with an id after `afterId`. */
  list(scan: KeyScan & { readonly afterId: string }): readonly Upload[] {
    const { bucket, from, until, limit, afterId } = scan;
    return this.#database.sql.all`
      SELECT * FROM upload
      WHERE bucket = ${bucket} AND key >= ${from} AND key < ${until ?? aboveAllText}
        AND (key > ${from} OR id > ${afterId})
      ORDER BY key, id LIMIT ${limit}`.map(toUpload);
  }

  /** Stores the part, replaces one with the same number, and returns the blobs that are no longer needed. */
  putPart(upload: Upload, part: Part): readonly string[] {
    const { sql } = this.#database;
    const replaced = sql.all`SELECT blob FROM part WHERE upload = ${upload.id} AND number = ${part.number}`;
    sql.run`
      INSERT OR REPLACE INTO part (upload, number, blob, size, etag, digest, modified)
      VALUES (${upload.id}, ${part.number}, ${part.blob}, ${part.sizeBytes}, ${part.etag},
        ${part.digest.toString('base64')}, ${part.modified.getTime()})`;
    return replaced.map((row) => readText(row, 'blob'));
  }

  /** At most `limit` parts with a number after `after`, in ascending order; a `limit` of -1 is no limit. */
  parts({ upload, after, limit }: PartPage): readonly Part[] {
    return this.#database.sql.all`
      SELECT * FROM part WHERE upload = ${upload} AND number > ${after} ORDER BY number LIMIT ${limit}`.map(
      toPart,
    );
  }

  /** Removes the upload and its parts. The caller must remove or use their blobs. */
  end(upload: Upload): void {
    this.#database.sql.run`DELETE FROM upload WHERE id = ${upload.id}`;
  }
}

/** The blobs that an object or a part uses. */
export function listUsedBlobs(database: Database): ReadonlySet<string> {
  const rows = database.sql.all`SELECT blob FROM version_blob UNION ALL SELECT blob FROM part`;
  return new Set(rows.map((row) => readText(row, 'blob')));
}

const checksumSchema = z.object({
  algorithm: z.enum(checksumAlgorithms),
  checksumType: z.enum(['FULL_OBJECT', 'COMPOSITE']),
});

function toUpload(row: Row): Upload {
  return {
    id: readText(row, 'id'),
    bucket: readText(row, 'bucket'),
    key: readText(row, 'key'),
    initiated: new Date(readInteger(row, 'initiated')),
    headers: parseHeaders(readText(row, 'headers')),
    tags: parseTags(readText(row, 'tags')),
    ...checksumSchema.parse({ algorithm: row.algorithm, checksumType: row.checksum_type }),
    isChecksumRequested: readInteger(row, 'is_checksum_asked') === 1,
  };
}

function toPart(row: Row): Part {
  return {
    number: readInteger(row, 'number'),
    blob: readText(row, 'blob'),
    sizeBytes: readInteger(row, 'size'),
    etag: readText(row, 'etag'),
    digest: Buffer.from(readText(row, 'digest'), 'base64'),
    modified: new Date(readInteger(row, 'modified')),
  };
}
