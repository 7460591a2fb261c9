import {
  decisionLineSchema,
  documentNames,
  manifestLineSchema,
  outcomeSchema,
  type ReportedFile,
  type RunReport,
  runFolder,
} from '../lambdas/contract/documents.ts';
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
  if (report.mode === 'plan' || report.status === 'halted') {
    for await (const line of readJsonLines(
      stage.runs,
      `${folder}${documentNames.manifest}`,
      manifestLineSchema,
    )) {
      const { path, sizeBytes } = line.file;
      const reason = line.kind === 'transfer' ? line.reason : 'taken-before';
      yield { path, key: line.key, ...sized(sizeBytes), outcome: line.kind, reason };
    }
  }
  for await (const key of keysUnder(stage.runs, `${folder}${documentNames.outcomes}`)) {
    for await (const outcome of readJsonLines(stage.runs, key, outcomeSchema)) yield reported(outcome);
  }
  for await (const line of readJsonLines(
    stage.runs,
    `${folder}${documentNames.decisions}`,
    decisionLineSchema,
  )) {
    const { path, outcome, reason } = line;
    yield { path, ...sized(line.sizeBytes), outcome, reason };
  }
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
