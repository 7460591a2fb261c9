import type { RunId } from '../../lambdas/contract/ids.ts';
import { listingSummarySchema } from '../../lambdas/contract/listing-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import { getJson } from '../../lambdas/s3/documents.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import { findRun } from '../find-run.ts';
import { followRun } from '../follow-run.ts';
import { recordDeed } from '../operator.ts';
import type { CommonOptions } from '../options.ts';
import { type FilesPage, runFiles } from '../run-files.ts';
import { runText } from '../run-text.ts';
import { withStage } from '../with-stage.ts';
import { exitCodeOf } from './run.ts';

export interface ApproveWanted {
  readonly run: RunId;
  readonly reason: string;
  readonly page: FilesPage;
}

/**
 * `approve RUN`: a person has looked at the listing that halted the run, and it is right. A new run begins, which accepts a listing
 * with exactly as many files and directories, and halts again where it finds another one.
 */
export async function approve(
  { run, reason, page }: ApproveWanted,
  options: CommonOptions,
): Promise<ExitCode> {
  return withStage(options, `approve ${run}`, async (stage) => {
    const { flowName, record } = await findRun(stage, run);
    const { partner, flow } = flowName;
    const status = record.report?.status ?? 'running';
    if (status !== 'halted') {
      throw new CommandFault(
        exitCodes.usage,
        `Run ${run} of ${partner}/${flow} is ${status}: only a halted run needs a person's word.`,
      );
    }
    const key = `${runFolder({ ...flowName, runId: run })}${documentNames.listingSummary}`;
    const listing = await getJson(stage.runs, key, listingSummarySchema);
    if (listing === undefined) {
      throw new CommandFault(
        exitCodes.usage,
        `What run ${run} has listed is not kept any more: run it again, and approve that.`,
      );
    }
    const { files, directories } = listing;
    await recordDeed(stage, { kind: 'approve', partner, flow, reason, on: run });
    options.output.note(`Approved: ${files} files in ${directories} directories.`);
    const approved = { run, files, directories };
    const report = await followRun(
      stage,
      { partner, flow, mode: 'run', acceptListing: false, approved },
      options.output,
    );
    const shown = await runFiles(stage, report, page);
    options.output.json({ ...report, approved, files: shown });
    options.output.text(runText(report, shown));
    return exitCodeOf(report);
  });
}
