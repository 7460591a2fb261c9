import type {
  FullReport,
  ReasonedFile,
  ReportDetails,
  TotalsOfRun,
} from '../../contract/documents/full-report.ts';
import { fullReportSchema } from '../../contract/documents/full-report.ts';
import { listingErrorLineSchema } from '../../contract/documents/listing-documents.ts';
import {
  decisionLineSchema,
  emptyReasons,
  type PlanSummary,
} from '../../contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { Run } from '../../contract/workflow.ts';
import { listingErrorText } from '../../core/listing/listing.ts';
import { latestRuns } from '../../ledger/runs/run-record.ts';
import type { Table } from '../../ledger/table.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, listKeys, readJsonLines } from '../../s3/documents/documents.ts';
import type { RefusedParts } from './refused-parts.ts';
import type { ReportAccumulator } from './report-accumulator.ts';

/** Files and directories that a list of the report shows. */
const maxListed = 100;

/** Lines that are read for the lists: a held file after a million excluded ones is counted and not shown. */
const maxLinesRead = 20_000;

/** Runs that are searched for the previous one: this run, and some that were killed without a report. */
const maxRunsSearched = 4;

/** A run whose results are added up. */
export interface CountedRun {
  readonly run: Run;
  readonly plan: PlanSummary | undefined;
  readonly accumulator: ReportAccumulator;
  readonly endedAt: Date;
}

interface DetailSources {
  readonly table: Table;
  readonly runs: Bucket;
  readonly parts: RefusedParts;
}

/**
 * The part of the report beside its totals. A list whose document S3 refuses to show is empty.
 * @throws StorageError
 */
export async function reportDetails(
  { run, plan, accumulator, endedAt }: CountedRun,
  { table, runs, parts }: DetailSources,
): Promise<ReportDetails> {
  const { transfer: planned, held, refused } = plan?.reasons ?? emptyReasons;
  const unlessRefused = <T>(what: string, read: () => Promise<T>) =>
    parts.unlessRefused(`The report has no ${what}, which could not be read.`, read);
  const [notTransferred = noFiles, unreadDirectories = [], before] = await Promise.all([
    (plan?.held ?? 0) + (plan?.refused ?? 0) === 0
      ? undefined
      : unlessRefused('held and refused files', () => readHeldAndRefused(runs, run)),
    (plan?.incompleteDirectories ?? 0) === 0
      ? undefined
      : unlessRefused('incomplete directories', () => readUnreadDirectories(runs, run)),
    unlessRefused('previous run', () => readPreviousReport(table, runs, run)),
  ]);
  const failedBefore = new Set(before?.details?.failedFiles.map(({ path }) => path));
  const { throughput } = accumulator;
  return {
    endedAt: endedAt.toISOString(),
    planned,
    skipped: plan?.skipped ?? {},
    held,
    refused,
    failed: accumulator.failedByError,
    ...notTransferred,
    failedFiles: accumulator.failedFiles.map((file) => ({
      ...file,
      failedBefore: failedBefore.has(file.path),
    })),
    notDisposedFiles: [...accumulator.notDisposed],
    unreadDirectories,
    slowestFiles: [...accumulator.slowest],
    throughput: { secondsPerSpan: throughput.secondsPerSpan, spans: [...throughput.spans] },
    ...(before === undefined ? {} : { previous: toTotals(before) }),
  };
}

/** The report of the newest earlier run that ended; undefined where there is none, or it has expired. */
async function readPreviousReport(table: Table, runs: Bucket, run: Run): Promise<FullReport | undefined> {
  const records = await latestRuns(table, run, maxRunsSearched);
  const before = records.find((record) => record.run < run.runId && record.report !== undefined);
  if (before === undefined) return undefined;
  const folder = runFolder({ ...run, runId: before.run });
  return getJson(runs, `${folder}${documentNames.report}`, fullReportSchema);
}

function toTotals({ details, ...report }: FullReport): TotalsOfRun {
  const { run, status, startedAt, seconds, listed, transferred, held, refused, failed, bytes } = report;
  const planned = details?.planned ?? {};
  return { run, status, startedAt, seconds, listed, transferred, planned, held, refused, failed, bytes };
}

const noFiles: Pick<ReportDetails, 'heldFiles' | 'refusedFiles'> = { heldFiles: [], refusedFiles: [] };

async function readHeldAndRefused(runs: Bucket, run: Run): Promise<typeof noFiles> {
  const heldFiles: ReasonedFile[] = [];
  const refusedFiles: ReasonedFile[] = [];
  let read = 0;
  for await (const key of listKeys(runs, `${runFolder(run)}${documentNames.decisions}`)) {
    for await (const { path, sizeBytes, outcome, reason } of readJsonLines(runs, key, decisionLineSchema)) {
      const list = { held: heldFiles, refused: refusedFiles, skipped: undefined }[outcome];
      if (list !== undefined && list.length < maxListed) {
        list.push({ path, reason, ...(sizeBytes === undefined ? {} : { sizeBytes }) });
      }
      read += 1;
      if (read >= maxLinesRead) return { heldFiles, refusedFiles };
    }
  }
  return { heldFiles, refusedFiles };
}

async function readUnreadDirectories(runs: Bucket, run: Run): Promise<ReasonedFile[]> {
  const directories: ReasonedFile[] = [];
  for await (const key of listKeys(runs, `${runFolder(run)}${documentNames.listingErrors}`)) {
    for await (const line of readJsonLines(runs, key, listingErrorLineSchema)) {
      directories.push({ path: line.directory, reason: listingErrorText(line.error) });
      if (directories.length >= maxListed) return directories;
    }
  }
  return directories;
}
