import type { FlowId, PartnerId } from '../../lambdas/contract/ids.ts';
import { planSummarySchema } from '../../lambdas/contract/plan-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import { pullFlowOf } from '../../lambdas/partners/read-partner.ts';
import { getJson } from '../../lambdas/s3/documents.ts';
import type { ExitCode } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { recordDeed } from '../operator.ts';
import type { CommonOptions } from '../options.ts';
import { type FilesPage, runFiles } from '../run-files.ts';
import { runText } from '../run-text.ts';
import { withStage } from '../with-stage.ts';
import { exitCodeOf } from './run.ts';

export interface AdoptWanted {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly reason: string;
  /** `plan`: says what would be adopted, and records nothing. */
  readonly mode: 'run' | 'plan';
  readonly page: FilesPage;
}

const verdicts = ['adopted', 'differs', 'newer-at-partner', 'size-unknown', 'missing'] as const;

/** `adopt PARTNER FLOW`: takes over objects that were in the bucket before the first run, without fetching them again. */
export async function adopt(wanted: AdoptWanted, options: CommonOptions): Promise<ExitCode> {
  const { partner, flow, reason, mode, page } = wanted;
  return withStage(options, `adopt ${partner} ${flow}`, async (stage) => {
    pullFlowOf(await stage.readPartner(partner), flow);
    const input = { partner, flow, mode, acceptListing: false, purpose: 'adopt' } as const;
    const report = await followRun(stage, input, options.output);
    if (mode === 'run') await recordDeed(stage, { kind: 'adopt', partner, flow, reason, on: report.run });
    const folder = runFolder({ partner, flow, runId: report.run });
    const plan = await getJson(stage.runs, `${folder}${documentNames.planSummary}`, planSummarySchema);
    const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, plan?.skipped[verdict] ?? 0]));
    const files = await runFiles(stage, report, page);
    options.output.json({ ...report, ...counts, files });
    options.output.text(runText(report, files));
    const said = verdicts.map((verdict) => `${counts[verdict]} ${verdict}`).join(', ');
    const tense =
      mode === 'run' ? 'recorded as taken' : 'to be recorded as taken; this was a plan, and nothing is';
    options.output.text(`${said}. What is adopted is ${tense}; the next run fetches the rest.\n`);
    return exitCodeOf(report);
  });
}
