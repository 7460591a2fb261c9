import { nextFiring } from '../../lambdas/contract/cron.ts';
import type { RunReport } from '../../lambdas/contract/documents.ts';
import type { Flow, PartnerFile } from '../../lambdas/contract/partner-file.ts';
import { type OpenIssue, openIssues } from '../../lambdas/ledger/attention.ts';
import { readOpenCircuit } from '../../lambdas/ledger/circuit.ts';
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

/** A partner to whom nobody connects, because logins were refused (docs/runbook.md, 'Nobody connects to a partner'). */
interface CircuitStatus {
  readonly partner: string;
  readonly refusals: number;
  readonly since: string;
  readonly until: string;
  readonly message: string;
}

interface FlowStatus {
  readonly partner: string;
  readonly flow: string;
  readonly direction: Flow['direction'];
  /** Files or deliveries whose last try failed. */
  readonly attention: number;
  readonly lastRun: RunReport | undefined;
  readonly runningSince: string | undefined;
  readonly lastGoodAt: string | undefined;
  readonly nextRunAt: string | undefined;
}

/** `status [PARTNER [FLOW]]`: each flow's last run, last good run, next one, what needs attention, and open circuits. */
export async function status(
  wanted: { readonly partner: string | undefined; readonly flow: string | undefined },
  options: CommonOptions,
): Promise<ExitCode> {
  const { partners, faults } = await partnerFilesIn(options.partnersFolder);
  for (const { file, line, message } of faults) options.output.note(`left out: ${file}:${line} ${message}`);
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
    const issues = await Array.fromAsync(openIssues(stage.table));
    const statuses = await Promise.all(flows.map((route) => statusOf(stage, route, issues)));
    const circuits = await openCircuits(
      stage,
      flows.map(({ partner }) => partner.partner),
    );
    options.output.json({ flows: statuses, circuits });
    options.output.text(
      textTable(
        ['FLOW', 'STATE', 'ATTENTION', 'LAST RUN', 'MOVED', 'NOT MOVED', 'LAST GOOD', 'NEXT'],
        statuses.map(rowOf),
      ),
    );
    for (const circuit of circuits) options.output.text(circuitText(circuit));
    return exitCodes.done;
  });
}

async function statusOf(
  stage: Stage,
  { partner: { partner }, flow }: { readonly partner: PartnerFile; readonly flow: Flow },
  issues: readonly OpenIssue[],
): Promise<FlowStatus> {
  const runs = await latestRuns(stage.table, { partner, flow: flow.name }, runsLookedAt);
  const ended = runs.flatMap(({ report }) => (report === undefined ? [] : [report]));
  const newest = runs[0];
  const isScheduled = flow.direction === 'pull' || flow.trigger.includes('schedule');
  return {
    partner,
    flow: flow.name,
    direction: flow.direction,
    attention: issues.filter((issue) => issue.partner === partner && issue.flow === flow.name).length,
    lastRun: ended[0],
    runningSince: newest !== undefined && newest.report === undefined ? newest.startedAt : undefined,
    lastGoodAt: ended.find((report) => report.status === 'succeeded')?.startedAt,
    nextRunAt:
      isScheduled && flow.schedule ? nextFiring(flow.schedule, new Date())?.toISOString() : undefined,
  };
}

async function openCircuits(
  stage: Stage,
  partners: readonly PartnerFile['partner'][],
): Promise<readonly CircuitStatus[]> {
  const all = [...new Set(partners)].map(async (partner): Promise<CircuitStatus[]> => {
    const open = await readOpenCircuit(stage.table, partner, new Date());
    if (open === undefined) return [];
    const { count: refusals, firstAtMs, openUntilMs, message } = open;
    const since = new Date(firstAtMs).toISOString();
    const until = new Date(openUntilMs).toISOString();
    return [{ partner, refusals, since, until, message }];
  });
  return (await Promise.all(all)).flat();
}

function circuitText({ partner, refusals, since, until, message }: CircuitStatus): string {
  return (
    `${partner}: nobody connects before ${until}. Since ${since} the login was refused ${refusals} times (${message}). ` +
    'Put the right password into the secret: a new version of it closes the circuit at once.\n'
  );
}

function rowOf(status: FlowStatus): string[] {
  const { lastRun } = status;
  const notMoved =
    lastRun && [`${lastRun.held} held`, `${lastRun.refused} refused`, `${lastRun.failed} failed`].join(', ');
  return [
    `${status.partner}/${status.flow}`,
    stateText(status),
    status.attention === 0 ? '-' : countText(status.attention, 'file'),
    lastRun?.startedAt ?? '-',
    lastRun === undefined ? '-' : `${countText(lastRun.transferred, 'file')}, ${bytesText(lastRun.bytes)}`,
    notMoved ?? '-',
    status.lastGoodAt ?? '-',
    status.nextRunAt ?? (status.direction === 'push' ? 'by event' : 'by command'),
  ];
}

/** A push has no runs of its own: each object is a delivery, and what fails is in `attention`. */
function stateText({ direction, runningSince, lastRun, attention }: FlowStatus): string {
  if (direction === 'push') return attention === 0 ? 'delivering' : 'failing';
  return runningSince === undefined ? (lastRun?.status ?? 'never run') : 'running, or cut off';
}
