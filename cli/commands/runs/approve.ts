import { listingSummarySchema } from '../../../lambdas/contract/documents/listing-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import type { RunId } from '../../../lambdas/contract/ids.ts';
import { getJson } from '../../../lambdas/s3/documents/documents.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type FilesPage, pageOptions } from '../../args/files-page.ts';
import { reasonOption } from '../../args/invocation.ts';
import { CommandError, type ExitCode, exitCodeForRun, exitCodes } from '../../exit-code.ts';
import { followRun } from '../../runs/follow-run.ts';
import { runFiles } from '../../runs/run-files.ts';
import { recordAudit } from '../../stage/audit.ts';
import { findRun } from '../../stage/find-run.ts';
import { withStage } from '../../stage/with-stage.ts';
import { runText } from '../../text/run-text.ts';

export const command: CommandDefinition = {
  usage: 'approve <run>',
  summary: 'approve the listing of a halted run, and resume with this listing only',
  description:
    'Approve the listing that halted a run: starts a run that accepts a listing with exactly as many files ' +
    'and directories. A different listing halts again.',
  options: [reasonOption, ...pageOptions('files'), ...commonOptions],
  action: (invocation) =>
    approve(
      { run: invocation.runId(), reason: invocation.reason(), page: invocation.page() },
      invocation.commonOptions(),
    ),
};

interface ApproveRequest {
  readonly run: RunId;
  readonly reason: string;
  readonly page: FilesPage;
}

async function approve({ run, reason, page }: ApproveRequest, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, `approve ${run}`, async (stage) => {
    const { flowName, record } = await findRun(stage, run);
    const { partner, flow } = flowName;
    const status = record.report?.status ?? 'running';
    if (status !== 'halted') {
      throw new CommandError(
        exitCodes.usage,
        `Run ${run} of ${partner}/${flow} is not halted (${status}): only halted runs can be approved.`,
      );
    }
    const key = `${runFolder({ ...flowName, runId: run })}${documentNames.listingSummary}`;
    const listing = await getJson(stage.runs, key, listingSummarySchema);
    if (listing === undefined) {
      throw new CommandError(
        exitCodes.usage,
        `The listing of run ${run} has expired. Start a new run, and approve that one: run ${partner} ${flow}`,
      );
    }
    const { files, directories } = listing;
    await recordAudit(stage, { kind: 'approve', partner, flow, reason, on: run });
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
    return exitCodeForRun(report);
  });
}
