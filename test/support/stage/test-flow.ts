import type { z } from 'zod';
import { exitCodeOf } from '../../../cli/commands/run.ts';
import { CommandFault, type ExitCode } from '../../../cli/exit-code.ts';
import { followRun } from '../../../cli/follow-run.ts';
import { runFiles } from '../../../cli/run-files.ts';
import { faultLineSchema } from '../../../lambdas/contract/listing-documents.ts';
import { type ClearedLine, clearedLineSchema } from '../../../lambdas/contract/outcome-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/run-folder.ts';
import type { ReportedFile, RunReport } from '../../../lambdas/contract/run-report.ts';
import { keysUnder, readJsonLines } from '../../../lambdas/s3/documents.ts';
import { type LedgerItem, ledgerItems } from './ledger-items.ts';
import { StageFlow, shortOutcome, silentOutput } from './stage-flow.ts';
import { openUploads, type StoredVersion, storedVersions } from './stored-versions.ts';

/** A run or a plan as the command would tell it. */
export interface FlowRun {
  readonly report: RunReport;
  readonly exitCode: ExitCode;
  readonly files: readonly ReportedFile[];
  /** `fault` and `message`, as the command would show them; undefined where nothing stopped it. */
  readonly problem: RunReport['problem'];
  /** By path below the flow's remote directory: the outcome, and why where there is a reason. */
  readonly outcomes: Readonly<Record<string, string>>;
}

/** One flow of a test stage: it is run, and what it left behind is looked at. */
export class TestFlow extends StageFlow {
  pull({ acceptListing = false } = {}): Promise<FlowRun> {
    return this.#follow({ mode: 'run', acceptListing });
  }

  plan(): Promise<FlowRun> {
    return this.#follow({ mode: 'plan', acceptListing: false });
  }

  /** Expects the command not to come to a report, and returns what it would say and end with. */
  async refusal(): Promise<{ readonly exitCode: ExitCode; readonly message: string }> {
    try {
      const { report } = await this.pull();
      throw new Error(`The run was not refused: it ${report.status}`);
    } catch (error) {
      if (error instanceof CommandFault) return { exitCode: error.exitCode, message: error.message };
      throw error;
    }
  }

  /** Every version in the bucket by path below the prefix, the newest first. Nothing partial may ever be among them. */
  objects(): Promise<ReadonlyMap<string, readonly StoredVersion[]>> {
    return storedVersions(this.stage.inbox, this.prefix);
  }

  /** The SHA-256 of what a reader of the bucket sees now, by path below the prefix. */
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
  async cleared({ report }: FlowRun): Promise<readonly ClearedLine[]> {
    const lines: ClearedLine[] = [];
    for await (const key of keysUnder(this.stage.runs, `${this.#folder(report)}${documentNames.cleared}`)) {
      for await (const line of readJsonLines(this.stage.runs, key, clearedLineSchema)) lines.push(line);
    }
    return lines;
  }

  /** What the run says it could not read or understand, as `directory: kind`. */
  async listingFaults({ report }: FlowRun): Promise<readonly string[]> {
    const lines: z.infer<typeof faultLineSchema>[] = [];
    const folder = `${this.#folder(report)}${documentNames.listingFaults}`;
    for await (const key of keysUnder(this.stage.runs, folder)) {
      for await (const line of readJsonLines(this.stage.runs, key, faultLineSchema)) lines.push(line);
    }
    return lines.map(({ directory, fault }) => `${directory}: ${fault.kind}`);
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
      exitCode: exitCodeOf(report),
      problem: report.problem,
      outcomes: Object.fromEntries(outcomes),
    };
  }
}
