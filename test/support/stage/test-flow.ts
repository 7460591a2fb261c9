import type { z } from 'zod';

import { CommandError, type ExitCode, exitCodeForRun } from '../../../cli/exit-code.ts';
import { followRun } from '../../../cli/runs/follow-run.ts';
import { runFiles } from '../../../cli/runs/run-files.ts';
import { listingErrorLineSchema } from '../../../lambdas/contract/documents/listing-documents.ts';
import {
  type DisposedLine,
  disposedLineSchema,
} from '../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import type { ReportedFile, RunReport } from '../../../lambdas/contract/documents/run-report.ts';
import { listKeys, readJsonLines } from '../../../lambdas/s3/documents/documents.ts';
import { type LedgerItem, ledgerItems } from '../stored/ledger-items.ts';
import { openUploads, type StoredVersion, storedVersions } from '../stored/stored-versions.ts';
import { StageFlow, shortOutcome, silentOutput } from './stage-flow.ts';

/** A run or a plan, as the command reports it. */
export interface FlowRun {
  readonly report: RunReport;
  readonly exitCode: ExitCode;
  readonly files: readonly ReportedFile[];
  /** `error` and `message`, as the command shows them; undefined when nothing stopped the run. */
  readonly cause: RunReport['cause'];
  /** By path below the flow's remote directory: the outcome, and the reason if there is one. */
  readonly outcomes: Readonly<Record<string, string>>;
}

/** A pull flow of a test stage: runs it and reads its results. */
export class TestFlow extends StageFlow {
  pull({ acceptListing = false } = {}): Promise<FlowRun> {
    return this.#follow({ mode: 'run', acceptListing });
  }

  plan(): Promise<FlowRun> {
    return this.#follow({ mode: 'plan', acceptListing: false });
  }

  /**
   * Runs a flow that is expected to end without a report.
   * @returns the message and exit code of the command.
   */
  async refusal(): Promise<{ readonly exitCode: ExitCode; readonly message: string }> {
    try {
      const { report } = await this.pull();
      throw new Error(`The run was not refused: ${report.status}`);
    } catch (error) {
      if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
      throw error;
    }
  }

  /** All versions in the bucket by path below the prefix, the newest first. */
  objects(): Promise<ReadonlyMap<string, readonly StoredVersion[]>> {
    return storedVersions(this.stage.inbox, this.prefix);
  }

  /** The SHA-256 of the current versions, by path below the prefix. */
  async visible(): Promise<Readonly<Record<string, string>>> {
    const latest = [...(await this.objects())].map(([path, [newest]]) => [path, newest?.sha256 ?? '']);
    return Object.fromEntries(latest);
  }

  openUploads(): Promise<readonly string[]> {
    return openUploads(this.stage.inbox, this.prefix);
  }

  /** The ledger's entries of files, in the order of their keys. */
  entries(): Promise<readonly LedgerItem[]> {
    return ledgerItems(this.stage.table, ({ pk }) => pk.startsWith(`F#${this.partner}#${this.flow}#`));
  }

  /** What the run says it did to files at the partner. */
  async disposed({ report }: FlowRun): Promise<readonly DisposedLine[]> {
    const lines: DisposedLine[] = [];
    for await (const key of listKeys(this.stage.runs, `${this.#folder(report)}${documentNames.disposed}`)) {
      for await (const line of readJsonLines(this.stage.runs, key, disposedLineSchema)) lines.push(line);
    }
    return lines;
  }

  /** The listing errors of a run, as `directory: kind`. */
  async listingErrors({ report }: FlowRun): Promise<readonly string[]> {
    const lines: z.infer<typeof listingErrorLineSchema>[] = [];
    const folder = `${this.#folder(report)}${documentNames.listingErrors}`;
    for await (const key of listKeys(this.stage.runs, folder)) {
      for await (const line of readJsonLines(this.stage.runs, key, listingErrorLineSchema)) lines.push(line);
    }
    return lines.map(({ directory, error }) => `${directory}: ${error.kind}`);
  }

  #folder(report: RunReport): string {
    return runFolder({ ...report, runId: report.run });
  }

  async #follow({ mode, acceptListing }: { mode: 'run' | 'plan'; acceptListing: boolean }): Promise<FlowRun> {
    const input = { partner: this.partner, flow: this.flow, mode, acceptListing };
    const report = await followRun(this.stage, input, silentOutput);
    const files = await runFiles(this.stage, report, { offset: 0, limit: 10_000 });
    const start = `/${this.flow}/`;
    const outcomes = files.map((file) => [
      file.path.startsWith(start) ? file.path.slice(start.length) : file.path,
      shortOutcome(file),
    ]);
    return {
      report,
      files,
      exitCode: exitCodeForRun(report),
      cause: report.cause,
      outcomes: Object.fromEntries(outcomes),
    };
  }
}
