import { type Database, openDatabase } from '../database/open-database.ts';

const schemaVersion = 1;

/**
 * Times are milliseconds since 1970. A message is in flight while it has been received and is not visible again: `visible_from`
 * has not come, or the function of an event source mapping holds it. `source` is the ARN of the queue that a dead letter
 * comes from.
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

/** @throws Error naming the file where another program has it open, or where it was written by another version. */
export function openQueueDatabase(file: string): Database {
  return openDatabase({ file, title: 'the queues', schema, schemaVersion });
}
