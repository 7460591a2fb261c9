import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { fencedWrite, versionWrite } from '../../core/ledger/entry-rules.ts';
import type { Assignments, ItemWrite, WriteAnswer } from '../../core/ledger/item-write.ts';
import type { Fingerprint } from '../../core/listing/fingerprint.ts';
import type { ModifiedTime } from '../../core/listing/remote-file.ts';
import { compareUtf8, nameOrder } from '../../core/path/path-order.ts';
import type { RelativePath } from '../../core/path/relative-path.ts';
import type { FileRecord, LastError, Observation, TransferredVersion } from '../../core/plan/file-record.ts';
import { withAttention, withoutAttention } from '../alerts/attention.ts';
import { directoryKey, type FlowName, fileKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';
import { fromFileItem, toLastErrorItem, toObservation, toTransferredItem } from './file-item.ts';

/** A run with a larger fence has written this entry: the caller's run was replaced, and must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';

  constructor(path: string) {
    super(`A newer run of this flow has recorded ${path}. This run was replaced and stops.`);
  }
}

/**
 * The entry has a version that the caller's run does not know of: another run has replaced the object that
 * this one wrote, and recorded it. Compare again.
 */
export class RecordConflictError extends Error {
  override readonly name = 'RecordConflictError';

  constructor(path: string) {
    super(
      `Another run of this flow has recorded another version of ${path} meanwhile, and that record stays. The next run compares it with the partner's file.`,
    );
  }
}

/**
 * The records of the named files of one directory, by name. One paged Query from the first name to the last;
 * names that were not asked for are dropped page by page, because the ledger keeps every file that was ever
 * in the directory.
 */
export async function readDirectory(
  table: Table,
  flowName: FlowName,
  { directory, names }: { readonly directory: string; readonly names: ReadonlySet<string> },
): Promise<Map<string, FileRecord>> {
  const records = new Map<string, FileRecord>();
  const range = keyRange(names);
  if (range === undefined) return records;
  const pages = paginateQuery(
    { client: table.client },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': directoryKey(flowName, directory),
        ':first': range.first,
        ':last': range.last,
      },
      ConsistentRead: true,
    },
  );
  for await (const page of pages) {
    for (const item of page.Items ?? []) {
      const { name, record } = fromFileItem(item);
      if (names.has(name)) records.set(name, record);
    }
  }
  return records;
}

/** The first and the last sort key of the names. */
function keyRange(names: ReadonlySet<string>): { readonly first: string; readonly last: string } | undefined {
  let range: { first: string; last: string } | undefined;
  for (const name of names) {
    const key = nameOrder(name);
    range ??= { first: key, last: key };
    if (compareUtf8(key, range.first) < 0) range.first = key;
    if (compareUtf8(key, range.last) > 0) range.last = key;
  }
  return range;
}

export interface EntryWrite {
  readonly flowName: FlowName;
  /** Below the flow's remote directory. */
  readonly relativePath: RelativePath;
  readonly fence: number;
}

/**
 * Records that a version is in the bucket. The last step of the order rule: verified, visible, recorded.
 * @param replaces the ETags of the versions that it may replace in the entry: the recorded one as the run has
 * read it, and that of the object which this one has replaced at its key.
 * @throws FencedError; RecordConflictError if the entry has another version.
 */
export async function recordTransferredVersion(
  table: Table,
  write: EntryWrite,
  transferred: TransferredVersion,
  replaces: readonly string[] = [],
): Promise<void> {
  const { fence, relativePath } = write;
  const assignments = {
    set: { transferred: toTransferredItem(transferred), name: baseName(relativePath) },
    remove: ['observation', 'lastError', 'replay', ...withoutAttention],
  };
  const { etag } = transferred;
  const { kind, item } = await send(table, write, versionWrite(fence, assignments, { etag, replaces }));
  if (kind === 'written') return;
  const isFenced = typeof item.fence === 'number' && item.fence > fence;
  throw isFenced ? new FencedError(relativePath) : new RecordConflictError(relativePath);
}

export interface ListedLook {
  readonly look: Fingerprint;
  readonly modified?: ModifiedTime | undefined;
  readonly doneFile: Fingerprint | undefined;
}

/**
 * Records the fingerprint that the transferred version has in the listing now, so that it is not checked
 * again, the time that the server tells for it where that has changed, and the done file that is beside it.
 * @throws FencedError
 */
export function recordListedLook(
  table: Table,
  write: EntryWrite,
  { look, modified, doneFile }: ListedLook,
): Promise<void> {
  const settledBy = doneFile === undefined ? {} : { 'transferred.doneFile': doneFile };
  const verified = modified === undefined ? {} : { 'transferred.verifiedModified': modified };
  return update(table, write, {
    set: { 'transferred.fingerprint': look, 'transferred.isReplaced': false, ...verified, ...settledBy },
    remove: ['observation', 'lastError', ...withoutAttention],
  });
}

/**
 * Records that the partner has a newer version than the transferred one, which its listing does not show.
 * @throws FencedError
 */
export function recordReplaced(table: Table, write: EntryWrite): Promise<void> {
  return update(table, write, { set: { 'transferred.isReplaced': true }, remove: [] });
}

/** Records when a version was first seen, and in how many runs. @throws FencedError */
export function recordObservation(table: Table, write: EntryWrite, observation: Observation): Promise<void> {
  return update(table, write, { set: { observation: toObservation(observation) }, remove: [] });
}

/**
 * Records the error of a file. Its observation stays, so a file that was settled is tried again by the next
 * run.
 * @throws FencedError
 */
export function recordFileError(table: Table, write: EntryWrite, lastError: LastError): Promise<void> {
  const { set, setIfAbsent } = withAttention(lastError.failedAt, write.relativePath);
  return update(table, write, {
    set: { ...set, lastError: toLastErrorItem(lastError) },
    setIfAbsent,
    remove: [],
  });
}

async function update(
  table: Table,
  write: EntryWrite,
  { set, setIfAbsent, remove }: Assignments,
): Promise<void> {
  const { fence, relativePath } = write;
  const named = { set: { ...set, name: baseName(relativePath) }, setIfAbsent, remove };
  const { kind } = await send(table, write, fencedWrite(fence, named));
  if (kind === 'refused') throw new FencedError(relativePath);
}

function send(table: Table, { flowName, relativePath }: EntryWrite, write: ItemWrite): Promise<WriteAnswer> {
  return writeItem(table, fileKey(flowName, relativePath), write);
}

function baseName(relativePath: RelativePath): string {
  return relativePath.slice(relativePath.lastIndexOf('/') + 1);
}
