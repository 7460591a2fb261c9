import type { ExecutionRequest } from '../../../lambdas/contract/workflow.ts';
import { findFlow } from '../../../lambdas/partners/read-partner.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type FilesPage, pageOptions } from '../../args/files-page.ts';
import { optionalReasonOption } from '../../args/invocation.ts';
import { planPush, runPush } from '../../deliveries/run-push.ts';
import { type ExitCode, exitCodeForRun } from '../../exit-code.ts';
import { followRun } from '../../runs/follow-run.ts';
import { runFiles } from '../../runs/run-files.ts';
import { showRun } from '../../runs/show-run.ts';
import { shownReport } from '../../runs/shown-report.ts';
import { recordAudit } from '../../stage/audit.ts';
import { withDeliveringStage, withStage } from '../../stage/with-stage.ts';
import { runText } from '../../text/run-text.ts';

export const command: CommandDefinition = {
  usage: 'run <partner> [flow]',
  summary: 'start a run and follow it; with a run ID, show that run',
  description:
    'run PARTNER FLOW starts a run and follows it until it ends. ' +
    'run ID shows a run or a plan: its files, and for each failed file the error and the FTP transcript.',
  options: [
    {
      flags: '--accept-listing',
      description:
        'accept any listing, also one that is empty or much shorter, which otherwise halts the run; recorded',
    },
    optionalReasonOption,
    ...pageOptions('files'),
    ...commonOptions,
  ],
  action: (invocation) =>
    invocation.args.length === 1
      ? showRun(invocation.runId(), invocation.page(), invocation.commonOptions())
      : runFlow(
          {
            input: {
              ...invocation.flowName(),
              mode: 'run',
              acceptListing: invocation.flag('accept-listing'),
            },
            page: invocation.page(),
            reason: invocation.optionalReason(),
          },
          invocation.commonOptions(),
        ),
};

interface RunRequest {
  readonly input: ExecutionRequest;
  readonly page: FilesPage;
  /** Why the listing is accepted; empty where none is, or nobody said. */
  readonly reason: string;
}

/** Starts a run or a plan of a pull or a push flow, follows it, and shows what it did. */
export async function runFlow(
  { input, page, reason }: RunRequest,
  options: CommonOptions,
): Promise<ExitCode> {
  const name = `${input.mode} ${input.partner} ${input.flow}`;
  const onStage = input.mode === 'plan' ? withStage : withDeliveringStage;
  return onStage(options, name, async (stage) => {
    const partner = await stage.readPartner(input.partner);
    const flow = findFlow(partner, input.flow);
    if (flow.direction === 'push') {
      const push = input.mode === 'plan' ? planPush : runPush;
      return push(stage, { partner, flow }, page, options);
    }
    const { partner: partnerId, flow: flowId } = input;
    if (input.acceptListing) {
      const note = { partner: partnerId, flow: flowId, reason, on: undefined };
      await recordAudit(stage, { kind: 'accept-listing', ...note });
    }
    const report = await followRun(stage, input, options.output);
    const files = await runFiles(stage, report, page);
    const shown = await shownReport(stage, report);
    options.output.json({ ...shown, files });
    options.output.text(runText(shown, files));
    return exitCodeForRun(report);
  });
}
