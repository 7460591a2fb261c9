import { nextFiring } from '../../lambdas/contract/cron.ts';
import type { RunReport } from '../../lambdas/contract/documents.ts';
import type { PartnerFile, PullFlow } from '../../lambdas/contract/partner-file.ts';
import { latestRuns } from '../../lambdas/ledger/run-record.ts';
import { bytesText, countText } from '../amounts.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import { partnerFilesIn } from '../partner-files-in.ts';
import type { Stage } from '../stage.ts';
import { textTable } from '../text-table.ts';
import { withStage } from '../with-stage.ts';

/** Runs enough to find the last good one of a flow in trouble. */
const runsLookedAt = 20;

interface FlowStatus {
  readonly partner: string;
  readonly flow: string;
  readonly lastRun: RunReport | undefined;
  readonly runningSince: string | undefined;
  readonly lastGoodAt: string | undefined;
  readonly nextRunAt: string | undefined;
}

/** `status [PARTNER [FLOW]]`: each flow's last run, last good run and next one. */
export async function status(
  wanted: { readonly partner: string | undefined; readonly flow: string | undefined },
  options: CommonOptions,
): Promise<ExitCode> {
  const { partners, faults } = await partnerFilesIn(options.partnersFolder);
  const flows = partners
    .filter(({ partner }) => wanted.partner === undefined || partner === wanted.partner)
    .flatMap((partner) => partner.flows.map((flow) => ({ partner, flow })))
    .filter(({ flow }) => wanted.flow === undefined || flow.name === wanted.flow);
  if (flows.length === 0) {
    const name = [wanted.partner, wanted.flow].filter((part) => part !== undefined).join('/');
    const what = name === '' ? 'There is no flow' : `There is no flow of ${name}`;
    const why = faults.length === 0 ? '' : ` ${countText(faults.length, 'fault')}: 'validate' shows them.`;
    throw new CommandFault(exitCodes.usage, `${what} in ${options.partnersFolder}.${why}`);
  }
  return withStage(options, 'status', async (stage) => {
    const statuses = await Promise.all(flows.map(({ partner, flow }) => statusOf(stage, partner, flow)));
    options.output.json({ flows: statuses });
    options.output.text(
      textTable(
        ['FLOW', 'STATE', 'LAST RUN', 'MOVED', 'NOT MOVED', 'LAST GOOD', 'NEXT'],
        statuses.map(rowOf),
      ),
    );
    return exitCodes.done;
  });
}

async function statusOf(stage: Stage, { partner }: PartnerFile, flow: PullFlow): Promise<FlowStatus> {
  const runs = await latestRuns(stage.table, { partner, flow: flow.name }, runsLookedAt);
  const ended = runs.flatMap(({ report }) => (report === undefined ? [] : [report]));
  const newest = runs[0];
  return {
    partner,
    flow: flow.name,
    lastRun: ended[0],
    runningSince: newest !== undefined && newest.report === undefined ? newest.startedAt : undefined,
    lastGoodAt: ended.find((report) => report.status === 'succeeded')?.startedAt,
    nextRunAt: flow.schedule && nextFiring(flow.schedule, new Date())?.toISOString(),
  };
}

function rowOf(status: FlowStatus): string[] {
  const { lastRun } = status;
  const notMoved =
    lastRun && [`${lastRun.held} held`, `${lastRun.refused} refused`, `${lastRun.failed} failed`].join(', ');
  return [
    `${status.partner}/${status.flow}`,
    status.runningSince === undefined ? (lastRun?.status ?? 'never run') : 'running, or cut off',
    lastRun?.startedAt ?? '-',
    lastRun === undefined ? '-' : `${countText(lastRun.transferred, 'file')}, ${bytesText(lastRun.bytes)}`,
    notMoved ?? '-',
    status.lastGoodAt ?? '-',
    status.nextRunAt ?? 'by command',
  ];
}
