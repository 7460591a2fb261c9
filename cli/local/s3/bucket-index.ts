import { type Database, integerOf, textOf } from '../database/open-database.ts';
import type { Row } from '../database/statements.ts';

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
   * Makes the bucket, or leaves it as it is. Versioning may be switched on later.
   * @throws Error where it is to be switched off: S3 can only suspend it, and this server does not.
   */
  create(bucket: Bucket): void {
    const { sql } = this.#database;
    this.#database.transaction(() => {
      if (this.find(bucket.name)?.isVersioned === true && !bucket.isVersioned) {
        throw new Error(
          `Bucket ${bucket.name} is versioned: that cannot be undone. Give the bucket another name.`,
        );
      }
      sql.run`INSERT INTO bucket (name, versioned, created)
        VALUES (${bucket.name}, ${Number(bucket.isVersioned)}, ${bucket.created.getTime()})
        ON CONFLICT (name) DO UPDATE SET versioned = excluded.versioned`;
    });
  }

  find(name: string): Bucket | undefined {
    const row = this.#database.sql.get`SELECT * FROM bucket WHERE name = ${name}`;
    return row === undefined ? undefined : bucketOf(row);
  }

  all(): readonly Bucket[] {
    return this.#database.sql.all`SELECT * FROM bucket ORDER BY name`.map(bucketOf);
  }
}

function bucketOf(row: Row): Bucket {
  return {
    name: textOf(row, 'name'),
    isVersioned: integerOf(row, 'versioned') === 1,
    created: new Date(integerOf(row, 'created')),
  };
}
