import { type Database, readInteger, readText } from '../../sqlite/open-database.ts';
import type { Row } from '../../sqlite/statements.ts';

export interface Bucket {
  readonly name: string;
  readonly isVersioned: boolean;
  readonly created: Date;
}

export class BucketIndex {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Creates the bucket if it does not exist. Versioning can be enabled later.
   * @throws Error when versioning would be disabled: S3 can only suspend it, which this server does not.
   */
  create(bucket: Bucket): void {
    const { sql } = this.#database;
    this.#database.transaction(() => {
      if (this.find(bucket.name)?.isVersioned === true && !bucket.isVersioned) {
        throw new Error(
          `Versioning of bucket ${bucket.name} cannot be disabled. Rename the bucket, or choose another data folder.`,
        );
      }
      sql.run`INSERT INTO bucket (name, versioned, created)
        VALUES (${bucket.name}, ${Number(bucket.isVersioned)}, ${bucket.created.getTime()})
        ON CONFLICT (name) DO UPDATE SET versioned = excluded.versioned`;
    });
  }

  find(name: string): Bucket | undefined {
    const row = this.#database.sql.get`SELECT * FROM bucket WHERE name = ${name}`;
    return row === undefined ? undefined : toBucket(row);
  }

  all(): readonly Bucket[] {
    return this.#database.sql.all`SELECT * FROM bucket ORDER BY name`.map(toBucket);
  }
}

function toBucket(row: Row): Bucket {
  return {
    name: readText(row, 'name'),
    isVersioned: readInteger(row, 'versioned') === 1,
    created: new Date(readInteger(row, 'created')),
  };
}
