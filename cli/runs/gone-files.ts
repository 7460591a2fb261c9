import { z } from 'zod';
import { listingSummarySchema } from '../../lambdas/contract/documents/listing-documents.ts';
import { disposedLineSchema } from '../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/documents/run-folder.ts';
import type { RunReport } from '../../lambdas/contract/documents/run-report.ts';
import { type RunId, runIdSchema } from '../../lambdas/contract/ids.ts';
import type { ListingLine } from '../../lambdas/core/listing/listing.ts';
import { compareLines, toLineOrder } from '../../lambdas/core/listing/listing-order.ts';
import { listRuns } from '../../lambdas/ledger/runs/run-record.ts';
import { findPullFlow } from '../../lambdas/partners/read-partner.ts';
import { sortedListing } from '../../lambdas/pull/plan-run/sorted-listing.ts';
import { getJson, listKeys, readJsonLines } from '../../lambdas/s3/documents/documents.ts';
import type { Stage } from '../stage/stage.ts';

/** The files that a halted run did not find any more. */
export const goneFilesSchema = z.object({
  since: runIdSchema.meta({ description: 'The last run that was not halted, whose listing had them.' }),
  count: z.number().int().nonnegative(),
  files: z.array(z.string()).meta({ description: 'The first of their paths.' }),
});
export type GoneFiles = z.infer<typeof goneFilesSchema>;

const maxShown = 10;

/**
 * Compares the listing of a halted run with that of the last run that was not halted. Files that we deleted
 * or moved ourselves are not among them. Holds the paths of those, and one block of each listing.
 * @returns undefined for a run that is not halted, and where one of the listings has expired.
 */
export async function findGoneFiles(
  stage: Pick<Stage, 'table' | 'runs' | 'readPartner'>,
  report: RunReport,
): Promise<GoneFiles | undefined> {
  if (report.status !== 'halted') return undefined;
  const since = await lastRunBefore(stage, report);
  if (since === undefined) return undefined;
  const { remote } = findPullFlow(await stage.readPartner(report.partner), report.flow);
  const lines = async (run: RunId) => {
    const folder = runFolder({ ...report, runId: run });
    const summary = await getJson(
      stage.runs,
      `${folder}${documentNames.listingSummary}`,
      listingSummarySchema,
    );
    return summary && sortedListing(stage.runs, folder, { shards: summary.shards, remote });
  };
  const [before, now] = [await lines(since), await lines(report.run)];
  if (before === undefined || now === undefined) return undefined;
  const disposed = await disposedPaths(stage, runFolder({ ...report, runId: since }));
  const order = (line: ListingLine) => toLineOrder(remote, line);
  const files: string[] = [];
  let count = 0;
  let other = await now.next();
  for await (const line of before) {
    while (other.done !== true && compareLines(order(other.value), order(line)) < 0) other = await now.next();
    const isListed = other.done !== true && compareLines(order(other.value), order(line)) === 0;
    if (isListed || line.kind !== 'file' || disposed.has(line.file.path)) continue;
    count += 1;
    if (files.length < maxShown) files.push(line.file.path);
  }
  return { since, count, files };
}

async function lastRunBefore({ table }: Pick<Stage, 'table'>, report: RunReport): Promise<RunId | undefined> {
  for await (const record of listRuns(table, report, undefined)) {
    const status = record.report?.status;
    if (record.run < report.run && (status === 'succeeded' || status === 'incomplete')) return record.run;
  }
  return undefined;
}

async function disposedPaths({ runs }: Pick<Stage, 'runs'>, folder: string): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for await (const key of listKeys(runs, `${folder}${documentNames.disposed}`)) {
    for await (const { path, outcome } of readJsonLines(runs, key, disposedLineSchema)) {
      if (outcome === 'deleted' || outcome === 'moved' || outcome === 'gone') paths.add(path);
    }
  }
  return paths;
}
