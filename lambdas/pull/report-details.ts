import type { z } from 'zod';
import { noReasons } from '../contract/decision-reasons.ts';
import { faultLineSchema } from '../contract/listing-documents.ts';
import { decisionLineSchema, type PlanSummary } from '../contract/plan-documents.ts';
import type { NamedFile, ReportDetails, TotalsOfRun, WholeReport } from '../contract/report.ts';
import { wholeReportSchema } from '../contract/report.ts';
import { documentNames, runFolder } from '../contract/run-folder.ts';
import type { Run } from '../contract/workflow.ts';
import { latestRuns } from '../ledger/run-record.ts';
import type { Table } from '../ledger/table.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, keysUnder, readJsonLines } from '../s3/documents.ts';
import type { GatheredFiles } from './gathered-files.ts';

/** How many files a list of the report shows. */
const mostListed = 100;

/** Lines read in search of them: behind a million excluded files, a held one is counted and not shown. */
const mostRead = 20_000;

/** Runs looked through for the one before: this one, and some that were killed before they could report. */
const runsSearched = 4;

/** A run of which everything is counted. */
export interface EndedRun {
  readonly run: Run;
  readonly plan: PlanSummary | undefined;
  readonly gathered: GatheredFiles;
  readonly endedAt: Date;
}

/** What the report shows besides its totals. @throws StorageError */
export async function reportDetails(
  { run, plan, gathered, endedAt }: EndedRun,
  { table, runs }: { readonly table: Table; readonly runs: Bucket },
): Promise<ReportDetails> {
  const { transfer: planned, held, refused } = plan?.reasons ?? noReasons;
  const [decided, unreadDirectories, before] = await Promise.all([
    (plan?.held ?? 0) + (plan?.refused ?? 0) === 0 ? noFiles : decidedFiles(runs, run),
    (plan?.incompleteDirectories ?? 0) === 0 ? [] : unread(runs, run),
    reportBefore(table, runs, run),
  ]);
  const failedBefore = new Set(before?.details?.failedFiles.map(({ path }) => path));
  const { throughput } = gathered;
  return {
    endedAt: endedAt.toISOString(),
    planned,
    skipped: plan?.skipped ?? {},
    held,
    refused,
    failed: gathered.failed,
    ...decided,
    failedFiles: gathered.failedFiles.map((file) => ({ ...file, failedBefore: failedBefore.has(file.path) })),
    notClearedFiles: [...gathered.notCleared],
    unreadDirectories,
    slowestFiles: [...gathered.slowest],
    throughput: { secondsPerSpan: throughput.secondsPerSpan, spans: [...throughput.spans] },
    ...(before === undefined ? {} : { previous: totalsOf(before) }),
  };
}

/** The report of the newest run before this one that ended; undefined where it has none, or none any more. */
async function reportBefore(table: Table, runs: Bucket, run: Run): Promise<WholeReport | undefined> {
  const records = await latestRuns(table, run, runsSearched);
  const before = records.find((record) => record.run < run.runId && record.report !== undefined);
  if (before === undefined) return undefined;
  const folder = runFolder({ ...run, runId: before.run });
  return getJson(runs, `${folder}${documentNames.report}`, wholeReportSchema);
}

function totalsOf({ details, ...report }: WholeReport): TotalsOfRun {
  const { run, status, startedAt, seconds, listed, transferred, held, refused, failed, bytes } = report;
  const planned = details?.planned ?? {};
  return { run, status, startedAt, seconds, listed, transferred, planned, held, refused, failed, bytes };
}

const noFiles: Pick<ReportDetails, 'heldFiles' | 'refusedFiles'> = { heldFiles: [], refusedFiles: [] };

async function decidedFiles(runs: Bucket, run: Run): Promise<typeof noFiles> {
  const heldFiles: NamedFile[] = [];
  const refusedFiles: NamedFile[] = [];
  let read = 0;
  for await (const key of keysUnder(runs, `${runFolder(run)}${documentNames.decisions}`)) {
    for await (const { path, sizeBytes, outcome, reason } of readJsonLines(runs, key, decisionLineSchema)) {
      const list = { held: heldFiles, refused: refusedFiles, skipped: undefined }[outcome];
      if (list !== undefined && list.length < mostListed) {
        list.push({ path, reason, ...(sizeBytes === undefined ? {} : { sizeBytes }) });
      }
      read += 1;
      if (read >= mostRead) return { heldFiles, refusedFiles };
    }
  }
  return { heldFiles, refusedFiles };
}

async function unread(runs: Bucket, run: Run): Promise<NamedFile[]> {
  const directories: NamedFile[] = [];
  for await (const key of keysUnder(runs, `${runFolder(run)}${documentNames.listingFaults}`)) {
    for await (const line of readJsonLines(runs, key, faultLineSchema)) {
      directories.push({ path: line.directory, reason: faultText(line) });
      if (directories.length >= mostListed) return directories;
    }
  }
  return directories;
}

function faultText({ fault }: z.infer<typeof faultLineSchema>): string {
  switch (fault.kind) {
    case 'line-not-understood':
      return `a line was not understood: ${fault.line}`;
    case 'cut-short':
      return `the listing was cut short: ${fault.detail}`;
    case 'truncated-by-server':
      return `the server left names out: ${fault.reply}`;
    case 'too-many-entries':
      return `more than ${fault.limit} entries`;
    case 'too-deep':
      return `more than ${fault.limit} directories deep`;
    case 'denied':
    case 'failed':
      return `${fault.kind}: ${fault.detail}`;
  }
  return fault satisfies never;
}
