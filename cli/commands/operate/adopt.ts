import { planSummarySchema } from '../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import type { FlowId, PartnerId } from '../../../lambdas/contract/ids.ts';
import type { AdoptionVerdict } from '../../../lambdas/core/plan/plan.ts';
import { findPullFlow } from '../../../lambdas/partners/read-partner.ts';
import { getJson } from '../../../lambdas/s3/documents/documents.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type FilesPage, pageOptions } from '../../args/files-page.ts';
import { reasonOption } from '../../args/invocation.ts';
import { type ExitCode, exitCodeForRun } from '../../exit-code.ts';
import { followRun } from '../../runs/follow-run.ts';
import { runFiles } from '../../runs/run-files.ts';
import { withPlan } from '../../runs/shown-report.ts';
import { recordAudit } from '../../stage/audit.ts';
import { withStage } from '../../stage/with-stage.ts';
import { runText } from '../../text/run-text.ts';

export const command: CommandDefinition = {
  usage: 'adopt <partner> <flow>',
  summary: 'record existing objects as transferred, without transferring them',
  description:
    'Record objects that were in the bucket before the first run as transferred, when they match the listing ' +
    "of the partner. Transfers nothing. See 'adopt' in docs/operating.md.",
  options: [
    { flags: '--dry-run', description: 'show what would be adopted, and record nothing' },
    reasonOption,
    ...pageOptions('files'),
    ...commonOptions,
  ],
  action: (invocation) =>
    adopt(
      {
        ...invocation.flowName(),
        mode: invocation.flag('dry-run') ? 'plan' : 'run',
        page: invocation.page(),
        reason: invocation.reason(),
      },
      invocation.commonOptions(),
    ),
};

interface AdoptRequest {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly reason: string;
  /** `plan`: shows what would be adopted, and records nothing. */
  readonly mode: 'run' | 'plan';
  readonly page: FilesPage;
}

const verdicts = ['adopted', 'size-differs', 'newer-at-partner', 'size-unknown', 'no-object'] as const;

async function adopt(request: AdoptRequest, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow, reason, mode, page } = request;
  return withStage(options, `adopt ${partner} ${flow}`, async (stage) => {
    findPullFlow(await stage.readPartner(partner), flow);
    const input = { partner, flow, mode, acceptListing: false, purpose: 'adopt' } as const;
    const report = await followRun(stage, input, options.output);
    if (mode === 'run') await recordAudit(stage, { kind: 'adopt', partner, flow, reason, on: report.run });
    const folder = runFolder({ partner, flow, runId: report.run });
    const plan = await getJson(stage.runs, `${folder}${documentNames.planSummary}`, planSummarySchema);
    const countOf = (verdict: AdoptionVerdict) => plan?.skipped[verdict] ?? 0;
    const adoption = {
      adopted: countOf('adopted'),
      sizeDiffers: countOf('size-differs'),
      newerAtPartner: countOf('newer-at-partner'),
      sizeUnknown: countOf('size-unknown'),
      noObject: countOf('no-object'),
    };
    const files = await runFiles(stage, report, page);
    const shown = withPlan(report, plan);
    options.output.json({ ...shown, adoption, files });
    options.output.text(runText(shown, files));
    const countsText = verdicts.map((verdict) => `${countOf(verdict)} ${verdict}`).join(', ');
    const effect =
      mode === 'run'
        ? 'Adopted files are recorded; the next run transfers the rest.'
        : 'Dry run: nothing was recorded.';
    options.output.text(`${countsText}. ${effect}\n`);
    return exitCodeForRun(report);
  });
}
