import type { z } from 'zod';
import { outcomeSchema } from '../../lambdas/contract/documents/outcome-documents.ts';
import {
  decisionLineSchema,
  toDisposeLineSchema,
  transferActionSchema,
} from '../../lambdas/contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/documents/run-folder.ts';
import type { ReportedFile, RunReport } from '../../lambdas/contract/documents/run-report.ts';
import type { Outcome, TransferredOutcome } from '../../lambdas/core/plan/outcome.ts';
import { listKeys, readJsonLines } from '../../lambdas/s3/documents/documents.ts';
import type { FilesPage } from '../args/files-page.ts';
import type { Stage } from '../stage/stage.ts';

/**
 * The outcome of each file of a run, or what a plan would do with it: transfers first. Unchanged files have
 * no line in the run's documents, and are not among them.
 */
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

/** All of them, document by document, as a stream. */
export async function* allFiles(stage: Stage, report: RunReport): AsyncGenerator<ReportedFile> {
  const folder = runFolder({ ...report, runId: report.run });
  if (report.mode === 'plan' || report.status === 'halted') yield* plannedFiles(stage, folder);
  for await (const outcome of linesUnder(stage, `${folder}${documentNames.outcomes}`, outcomeSchema)) {
    yield toReportedFile(outcome);
  }
  for await (const line of linesUnder(stage, `${folder}${documentNames.decisions}`, decisionLineSchema)) {
    const { path, outcome, reason } = line;
    yield { path, ...sized(line.sizeBytes), outcome, reason };
  }
}

/** What a plan would transfer, or a halted run would have transferred. */
async function* plannedFiles(stage: Stage, folder: string): AsyncGenerator<ReportedFile> {
  for (const name of [documentNames.manifest, documentNames.bigFiles]) {
    for await (const line of linesUnder(stage, `${folder}${name}`, transferActionSchema)) {
      const { path, sizeBytes } = line.file;
      yield { path, key: line.key, ...sized(sizeBytes), outcome: 'transfer', reason: line.reason };
    }
  }
  for await (const line of linesUnder(stage, `${folder}${documentNames.toDispose}`, toDisposeLineSchema)) {
    const { path, sizeBytes } = line.file;
    yield { path, key: line.key, ...sized(sizeBytes), outcome: 'dispose', reason: 'already-recorded' };
  }
}

/** The lines of all documents in a folder, document by document. */
async function* linesUnder<S extends z.ZodType>(
  { runs }: Stage,
  prefix: string,
  schema: S,
): AsyncGenerator<z.infer<S>> {
  for await (const key of listKeys(runs, prefix)) yield* readJsonLines(runs, key, schema);
}

function toReportedFile(outcome: Outcome): ReportedFile {
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
      const reason = `${outcome.error}: ${outcome.message}`;
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
