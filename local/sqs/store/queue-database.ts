import { type Database, openDatabase } from '../../sqlite/open-database.ts';

const schemaVersion = 1;

/**
 * Times are milliseconds since 1970. A received message is in flight until `visible_from`, or until the
 * function of an event source mapping releases it. `source` is the ARN of the queue that a dead letter comes
 * from.
 */
const schema = `
  CREATE TABLE message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    group_id TEXT,
    deduplication_id TEXT,
    sent INTEGER NOT NULL,
    visible_from INTEGER NOT NULL,
    is_held INTEGER NOT NULL,
    receive_count INTEGER NOT NULL,
    first_received INTEGER,
    receipt TEXT,
    source TEXT
  ) STRICT;
  CREATE INDEX message_by_time ON message (queue, is_held, visible_from);
  CREATE INDEX message_by_group ON message (queue, group_id, sequence);
  CREATE INDEX message_received ON message (queue, group_id) WHERE receive_count > 0;
  CREATE INDEX message_by_age ON message (queue, sent);
  CREATE TABLE deduplication (
    queue TEXT NOT NULL,
    scope TEXT NOT NULL,
    id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (queue, scope, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deduplication_by_age ON deduplication (queue, sent);
`;

/** @throws Error that names the file, when another program has it open or another version wrote it. */
export function openQueueDatabase(file: string): Database {
  return openDatabase({ file, title: 'the queues', schema, schemaVersion });
}
