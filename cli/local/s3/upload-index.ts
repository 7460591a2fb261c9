import { z } from 'zod';
import { type Database, integerOf, textOf } from '../database/open-database.ts';
import type { Row } from '../database/statements.ts';
import { type ChecksumAlgorithm, type ChecksumType, checksumAlgorithms } from './checksums.ts';
import { S3Error } from './errors.ts';
import type { KeyScan } from './listing.ts';
import type { StoredHeaders } from './metadata.ts';
import { aboveAllText } from './object-index.ts';
import { parseHeaders, parseTags, type Tag } from './object-version.ts';

/** A multipart upload that was neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: Date;
  readonly headers: StoredHeaders;
  readonly tags: readonly Tag[];
  readonly algorithm: ChecksumAlgorithm;
  readonly checksumType: ChecksumType;
  /** Whether the client chose the checksum; else S3 computes its default and takes none from the client. */
  readonly isChecksumAsked: boolean;
}

export interface Part {
  readonly number: number;
  readonly blob: string;
  readonly sizeBytes: number;
  /** The MD5 of the part's bytes in hexadecimal digits. */
  readonly etag: string;
  readonly digest: Buffer;
  readonly modified: Date;
}

interface PartPage {
  readonly upload: string;
  readonly after: number;
  readonly limit: number;
}

/** The multipart uploads under way. Writes of several steps are to be called in a transaction of the database. */
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
        ${upload.checksumType}, ${Number(upload.isChecksumAsked)})`;
  }

  /** The greatest id among the uploads of the key, undefined where it has none. */
  latestId({ bucket, key }: Pick<Upload, 'bucket' | 'key'>): string | undefined {
    const row = this.#database.sql
      .get`SELECT id FROM upload WHERE bucket = ${bucket} AND key = ${key} ORDER BY id DESC LIMIT 1`;
    return row === undefined ? undefined : textOf(row, 'id');
  }

  /** @throws S3Error NoSuchUpload where the id is unknown, or belongs to another key. */
  get({ id, bucket, key }: Pick<Upload, 'id' | 'bucket' | 'key'>): Upload {
    const row = this.#database.sql
      .get`SELECT * FROM upload WHERE id = ${id} AND bucket = ${bucket} AND key = ${key}`;
    if (row !== undefined) return uploadOf(row);
    throw new S3Error(
      'NoSuchUpload',
      'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
      { fields: { UploadId: id } },
    );
  }

  /** Uploads with `from <= key < until` in the order of their keys; of the key `from` those with an id after `afterId`. */
  list(scan: KeyScan & { readonly afterId: string }): readonly Upload[] {
    const { bucket, from, until, limit, afterId } = scan;
    return this.#database.sql.all`
      SELECT * FROM upload
      WHERE bucket = ${bucket} AND key >= ${from} AND key < ${until ?? aboveAllText}
        AND (key > ${from} OR id > ${afterId})
      ORDER BY key, id LIMIT ${limit}`.map(uploadOf);
  }

  /** Puts the part in the place of one with its number; returns the blob that was there. */
  putPart(upload: Upload, part: Part): readonly string[] {
    const { sql } = this.#database;
    const replaced = sql.all`SELECT blob FROM part WHERE upload = ${upload.id} AND number = ${part.number}`;
    sql.run`
      INSERT OR REPLACE INTO part (upload, number, blob, size, etag, digest, modified)
      VALUES (${upload.id}, ${part.number}, ${part.blob}, ${part.sizeBytes}, ${part.etag},
        ${part.digest.toString('base64')}, ${part.modified.getTime()})`;
    return replaced.map((row) => textOf(row, 'blob'));
  }

  /** The parts with a number after `after`, ascending, at most `limit` of them. */
  parts({ upload, after, limit }: PartPage): readonly Part[] {
    return this.#database.sql.all`
      SELECT * FROM part WHERE upload = ${upload} AND number > ${after} ORDER BY number LIMIT ${limit}`.map(
      partOf,
    );
  }

  /** Ends the upload and forgets its parts; their blobs are the caller's. */
  end(upload: Upload): void {
    this.#database.sql.run`DELETE FROM upload WHERE id = ${upload.id}`;
  }
}

/** Every blob that an object or a part needs. */
export function namedBlobs(database: Database): ReadonlySet<string> {
  const rows = database.sql.all`SELECT blob FROM version_blob UNION ALL SELECT blob FROM part`;
  return new Set(rows.map((row) => textOf(row, 'blob')));
}

const checksumSchema = z.object({
  algorithm: z.enum(checksumAlgorithms),
  checksumType: z.enum(['FULL_OBJECT', 'COMPOSITE']),
});

function uploadOf(row: Row): Upload {
  return {
    id: textOf(row, 'id'),
    bucket: textOf(row, 'bucket'),
    key: textOf(row, 'key'),
    initiated: new Date(integerOf(row, 'initiated')),
    headers: parseHeaders(textOf(row, 'headers')),
    tags: parseTags(textOf(row, 'tags')),
    ...checksumSchema.parse({ algorithm: row.algorithm, checksumType: row.checksum_type }),
    isChecksumAsked: integerOf(row, 'is_checksum_asked') === 1,
  };
}

function partOf(row: Row): Part {
  return {
    number: integerOf(row, 'number'),
    blob: textOf(row, 'blob'),
    sizeBytes: integerOf(row, 'size'),
    etag: textOf(row, 'etag'),
    digest: Buffer.from(textOf(row, 'digest'), 'base64'),
    modified: new Date(integerOf(row, 'modified')),
  };
}
