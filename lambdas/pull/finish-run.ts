import { z } from 'zod';
import {
  clearedLineSchema,
  documentNames,
  outcomeSchema,
  type PlanSummary,
  planSummarySchema,
  type RunReport,
  runFolder,
} from '../contract/documents.ts';
import type { FinishRunOutput, finishRunInputSchema, Run } from '../contract/workflow.ts';
import { LeaseLostError, recordFilesLeft, releaseLease } from '../ledger/lease.ts';
import { recordRunFinished } from '../ledger/run-record.ts';
import type { Table } from '../ledger/table.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, keysUnder, putJson, readJsonLines } from '../s3/documents.ts';
import { endOf, filesLeft, type RunTotals } from '../sync/report.ts';

export interface FinishRunSystems {
  readonly table: Table;
  readonly runs: Bucket;
  readonly now: () => Date;
}

/**
 * Folds what the steps wrote into the report, records it, and gives the lease back: also when a step failed, with whatever
 * had been done by then. @throws StorageError
 */
export async function finishRun(
  { run, error }: z.infer<typeof finishRunInputSchema>,
  systems: FinishRunSystems,
): Promise<FinishRunOutput> {
  const { table, runs } = systems;
  const plan = await getJson(runs, `${runFolder(run)}${documentNames.planSummary}`, planSummarySchema);
  const totals = await totalsOf(run, plan, runs);
  const problem = error === undefined ? haltOf(plan, run) : problemOf(error);
  const status = error !== undefined ? 'failed' : problem !== undefined ? 'halted' : endOf(totals);
  const report: RunReport = {
    partner: run.partner,
    flow: run.flow,
    run: run.runId,
    mode: run.mode,
    status,
    startedAt: run.startedAt,
    seconds: Math.max(0, (systems.now().getTime() - Date.parse(run.startedAt)) / 1000),
    ...totals,
    ...(problem === undefined ? {} : { problem }),
  };
  await putJson(runs, `${runFolder(run)}${documentNames.report}`, report);
  await recordRunFinished(table, run, report);
  if (run.mode === 'run') await giveBack(run, table, { status, totals });
  return { status };
}

async function giveBack(
  run: Run,
  table: Table,
  { status, totals }: { readonly status: RunReport['status']; readonly totals: RunTotals },
): Promise<void> {
  const holder = { flowName: run, owner: run.owner };
  const isWholeListing = totals.incompleteDirectories === 0;
  if ((status === 'succeeded' || status === 'incomplete') && isWholeListing) {
    await recordFilesLeft(table, holder, filesLeft(totals)).catch((cause: unknown) => {
      // Whoever holds the lease now will record what is left itself.
      if (!(cause instanceof LeaseLostError)) throw cause;
    });
  }
  await releaseLease(table, holder);
}

async function totalsOf(run: Run, plan: PlanSummary | undefined, runs: Bucket): Promise<RunTotals> {
  const folder = runFolder(run);
  const counts = { transferred: 0, unchanged: 0, failed: 0, bytes: 0, cleared: 0, notCleared: 0 };
  for await (const key of keysUnder(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const outcome of readJsonLines(runs, key, outcomeSchema)) {
      counts[outcome.kind] += 1;
      counts.bytes += outcome.kind === 'transferred' ? outcome.sizeBytes : 0;
    }
  }
  for await (const key of keysUnder(runs, `${folder}${documentNames.cleared}`)) {
    for await (const { outcome } of readJsonLines(runs, key, clearedLineSchema)) {
      counts[outcome === 'left' || outcome === 'failed' ? 'notCleared' : 'cleared'] += 1;
    }
  }
  const skipped = Object.values(plan?.skipped ?? {}).reduce((sum, count) => sum + count, 0);
  const { unchanged, ...rest } = counts;
  return {
    ...rest,
    listed: plan?.listed ?? 0,
    skipped: skipped + (plan?.postProcess ?? 0) + unchanged,
    held: plan?.held ?? 0,
    refused: plan?.refused ?? 0,
    incompleteDirectories: plan?.incompleteDirectories ?? 0,
  };
}

function haltOf(plan: PlanSummary | undefined, run: Run): RunReport['problem'] {
  if (plan?.halted === undefined || run.acceptListing) return undefined;
  return { fault: plan.halted.reason, message: plan.halted.message };
}

const causeSchema = z.object({ errorMessage: z.string() });
const stepFaultSchema = z.object({ fault: z.string(), message: z.string() });

/** The Catch gives the function's error as JSON in JSON; a timeout or a lost function gives plain text. */
function problemOf(error: { readonly Error: string; readonly Cause: string }): RunReport['problem'] {
  const cause = causeSchema.safeParse(parseJson(error.Cause));
  const text = cause.success ? cause.data.errorMessage : error.Cause;
  const fault = stepFaultSchema.safeParse(parseJson(text));
  return fault.success ? fault.data : { fault: 'internal', message: `${error.Error}: ${text}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not every service speaks JSON here; the text itself is then the message.
    return undefined;
  }
}
