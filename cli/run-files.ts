import type { z } from 'zod';
import { outcomeSchema } from '../lambdas/contract/outcome-documents.ts';
import {
  decisionLineSchema,
  toClearLineSchema,
  transferActionSchema,
} from '../lambdas/contract/plan-documents.ts';
import { documentNames, runFolder } from '../lambdas/contract/run-folder.ts';
import type { ReportedFile, RunReport } from '../lambdas/contract/run-report.ts';
import { keysUnder, readJsonLines } from '../lambdas/s3/documents.ts';
import type { Outcome, TransferredOutcome } from '../lambdas/sync/outcome.ts';
import type { Stage } from './stage.ts';

/** Which of a run's files to show, and how many of them. */
export interface FilesPage {
  readonly offset: number;
  readonly limit: number;
}

/** What became of each file, or what a plan would do with it: what moved first, then what did not. Unchanged files are only counted. */
export async function runFiles(stage: Stage, report: RunReport, page: FilesPage): Promise<ReportedFile[]> {
  const files: ReportedFile[] = [];
  let index = 0;
  for await (const file of allFiles(stage, report)) {
    if (index >= page.offset + page.limit) break;
    if (index >= page.offset) files.push(file);
    index += 1;
  }
  return files;
}

/** Every one of them, one at a time. */
async function* allFiles(stage: Stage, report: RunReport): AsyncGenerator<ReportedFile> {
  const folder = runFolder({ ...report, runId: report.run });
  if (report.mode === 'plan' || report.status === 'halted') yield* plannedFiles(stage, folder);
  for await (const outcome of linesUnder(stage, `${folder}${documentNames.outcomes}`, outcomeSchema)) {
    yield reported(outcome);
  }
  for await (const line of linesUnder(stage, `${folder}${documentNames.decisions}`, decisionLineSchema)) {
    const { path, outcome, reason } = line;
    yield { path, ...sized(line.sizeBytes), outcome, reason };
  }
}

/** What a run would have moved. */
async function* plannedFiles(stage: Stage, folder: string): AsyncGenerator<ReportedFile> {
  for (const name of [documentNames.manifest, documentNames.bigFiles]) {
    for await (const line of linesUnder(stage, `${folder}${name}`, transferActionSchema)) {
      const { path, sizeBytes } = line.file;
      yield { path, key: line.key, ...sized(sizeBytes), outcome: 'transfer', reason: line.reason };
    }
  }
  for await (const line of linesUnder(stage, `${folder}${documentNames.toClear}`, toClearLineSchema)) {
    const { path, sizeBytes } = line.file;
    yield { path, key: line.key, ...sized(sizeBytes), outcome: 'post-process', reason: 'taken-before' };
  }
}

/** The lines of all documents in a folder, one document after the other. */
async function* linesUnder<S extends z.ZodType>(
  { runs }: Stage,
  prefix: string,
  schema: S,
): AsyncGenerator<z.infer<S>> {
  for await (const key of keysUnder(runs, prefix)) yield* readJsonLines(runs, key, schema);
}

function reported(outcome: Outcome): ReportedFile {
  const { path, key } = outcome;
  switch (outcome.kind) {
    case 'transferred': {
      const { sizeBytes, verification, note } = outcome;
      const reason = note === undefined ? {} : { reason: note };
      return { path, key, sizeBytes, outcome: 'transferred', verification, ...reason, ...checksums(outcome) };
    }
    case 'unchanged':
      return { path, key, sizeBytes: outcome.sizeBytes, outcome: 'skipped', reason: 'unchanged' };
    case 'failed': {
      const reason = `${outcome.fault}: ${outcome.message}`;
      return { path, key, ...sized(outcome.sizeBytes), outcome: 'failed', reason };
    }
  }
  return outcome satisfies never;
}

function checksums({ sha256, crc32 }: TransferredOutcome): Pick<ReportedFile, 'sha256' | 'crc32'> {
  return { ...(sha256 === undefined ? {} : { sha256 }), ...(crc32 === undefined ? {} : { crc32 }) };
}

function sized(sizeBytes: number | undefined): { readonly sizeBytes?: number } {
  return sizeBytes === undefined ? {} : { sizeBytes };
}
