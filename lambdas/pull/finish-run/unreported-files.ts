import { type OutcomeLine, outcomeLineSchema } from '../../contract/documents/outcome-documents.ts';
import { type TransferAction, transferActionSchema } from '../../contract/documents/plan-documents.ts';
import { documentNames, numbered, runFolder } from '../../contract/documents/run-folder.ts';
import { batchSchema, type Run } from '../../contract/workflow.ts';
import { directoryBelow } from '../../core/path/relative-path.ts';
import { baseName, parentPath, type RemotePath } from '../../core/path/remote-path.ts';
import type { TransferredVersion } from '../../core/plan/file-record.ts';
import { readDirectory } from '../../ledger/entries/file-entries.ts';
import type { Table } from '../../ledger/table.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { listKeys, readJsonLines } from '../../s3/documents/documents.ts';
import { JsonLinesWriter } from '../../s3/documents/json-lines-writer.ts';
import { readLinesFrom } from '../../s3/documents/line-reader.ts';

export interface UnreportedFilesScope {
  readonly run: Run;
  /** The flow's remote directory, as the plan read it. */
  readonly remote: RemotePath;
}

interface Dependencies {
  readonly table: Table;
  readonly runs: Bucket;
}

/** Files of one directory that are looked up in the ledger together. */
const maxFilesAtOnce = 500;

/** The key of the document with the outcomes that the ledger has and no worker reported. */
export function recordedOutcomesKey(folder: string): string {
  return `${folder}${documentNames.outcomes}recorded.jsonl`;
}

/**
 * Finds the files that are recorded as transferred by this run, but whose workers were stopped before they
 * could report them, or whose report a retry that got nowhere has replaced. The ledger tells what arrived.
 * Their outcomes are written as one more document, so that the report and every command count them. Memory
 * holds the paths of one batch.
 * @throws StorageError
 */
export async function reportRecordedFiles(
  scope: UnreportedFilesScope,
  dependencies: Dependencies,
): Promise<void> {
  const { runs } = dependencies;
  const folder = runFolder(scope.run);
  const writer = new JsonLinesWriter(runs, recordedOutcomesKey(folder));
  try {
    for await (const { prefix, actions } of workShares(runs, folder)) {
      const reported = await reportedPaths(runs, `${folder}${documentNames.outcomes}${prefix}`);
      for await (const files of unreported(actions, reported))
        for (const line of await recordedOutcomes(files, scope, dependencies)) await writer.write(line);
    }
    await writer.commit();
  } finally {
    await writer.abort();
  }
}

/** Files that the same workers transfer, and how the names of their outcomes begin. */
interface WorkShare {
  readonly prefix: string;
  readonly actions: AsyncIterable<TransferAction>;
}

async function* workShares(runs: Bucket, folder: string): AsyncGenerator<WorkShare> {
  let isBulk = false;
  for await (const { index, document, offset, length } of readJsonLines(
    runs,
    `${folder}${documentNames.batches}`,
    batchSchema,
  )) {
    isBulk = true;
    const key = `${folder}${documentNames.manifest}${numbered(document)}`;
    const lines = { key, bytes: offset + length, etag: undefined };
    yield {
      prefix: `${String(index).padStart(6, '0')}-`,
      actions: parsed(readLinesFrom(runs, lines, offset)),
    };
  }
  // The whole manifest of a small run is its batch 0.
  if (!isBulk) yield { prefix: '000000-', actions: actionsUnder(runs, `${folder}${documentNames.manifest}`) };
  yield { prefix: 'big-', actions: actionsUnder(runs, `${folder}${documentNames.bigFiles}`) };
}

async function* parsed(lines: AsyncIterable<{ readonly text: string }>): AsyncGenerator<TransferAction> {
  for await (const { text } of lines) yield transferActionSchema.parse(JSON.parse(text));
}

async function* actionsUnder(runs: Bucket, prefix: string): AsyncGenerator<TransferAction> {
  for await (const key of listKeys(runs, prefix)) yield* readJsonLines(runs, key, transferActionSchema);
}

async function reportedPaths(runs: Bucket, prefix: string): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for await (const key of listKeys(runs, prefix)) {
    for await (const { path } of readJsonLines(runs, key, outcomeLineSchema)) paths.add(path);
  }
  return paths;
}

/** The files without an outcome, those of one directory together. */
async function* unreported(
  actions: AsyncIterable<TransferAction>,
  reported: ReadonlySet<string>,
): AsyncGenerator<readonly TransferAction[]> {
  let files: TransferAction[] = [];
  for await (const action of actions) {
    if (reported.has(action.file.path)) continue;
    const [first] = files;
    const isOther = first !== undefined && parentPath(first.file.path) !== parentPath(action.file.path);
    if (isOther || files.length >= maxFilesAtOnce) {
      yield files;
      files = [];
    }
    files.push(action);
  }
  if (files.length > 0) yield files;
}

async function recordedOutcomes(
  files: readonly TransferAction[],
  { run, remote }: UnreportedFilesScope,
  { table }: Dependencies,
): Promise<readonly OutcomeLine[]> {
  const [first] = files;
  if (first === undefined) return [];
  const directory = directoryBelow(remote, parentPath(first.file.path));
  const names = new Set(files.map(({ file }) => baseName(file.path)));
  const records = await readDirectory(table, run, { directory, names });
  return files.flatMap(({ file }) => {
    const transferred = records.get(baseName(file.path))?.transferred;
    return transferred?.runId === run.runId ? [toOutcome(file.path, transferred)] : [];
  });
}

function toOutcome(path: RemotePath, transferred: TransferredVersion): OutcomeLine {
  const { key, sizeBytes, sha256, crc32, verifiedModified, isTimeFinal, fingerprint } = transferred;
  return {
    kind: 'transferred',
    path,
    key,
    sizeBytes,
    sha256,
    crc32,
    verification: verifiedModified === undefined ? 'size' : 'size+mtime',
    verifiedModified,
    listed: fingerprint,
    isTimeFinal,
    isTakenAway: undefined,
    note: 'The ledger records the file; its worker ended before it could report it.',
    at: transferred.transferredAt.toISOString(),
  };
}
