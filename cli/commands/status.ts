import { nextFiring } from '../../lambdas/contract/cron.ts';
import type { Flow, PartnerFile } from '../../lambdas/contract/partner-file.ts';
import type { RunReport } from '../../lambdas/contract/run-report.ts';
import { type OpenIssue, openIssues } from '../../lambdas/ledger/attention.ts';
import { readOpenCircuit } from '../../lambdas/ledger/circuit.ts';
import type { FlowName } from '../../lambdas/ledger/keys.ts';
import { type Pause, pauseAmong, pausesOf } from '../../lambdas/ledger/pauses.ts';
import { type RunRecord, runsOf } from '../../lambdas/ledger/run-record.ts';
import { bytesText, countText } from '../amounts.ts';
import { chosenFlows } from '../chosen-flows.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import type { Stage } from '../stage.ts';
import { textTable } from '../text-table.ts';
import { withStage } from '../with-stage.ts';
import { actsOn, actsText } from './runs.ts';

/** A flow that had no good run among so many has had none for a long time. */
const runsLookedAt = 500;

/** What operators did lately is told below the flows; 'runs' tells all. */
const actsShown = 5;

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
  /** Of the flow, or of the whole partner. */
  readonly paused: Pause | undefined;
}

/** `status [PARTNER [FLOW]]`: each flow's last run, last good run, next one, what needs attention, and open circuits. */
export async function status(
  wanted: { readonly partner: string | undefined; readonly flow: string | undefined },
  options: CommonOptions,
): Promise<ExitCode> {
  const flows = await chosenFlows(wanted, options);
  return withStage(options, 'status', async (stage) => {
    const issues = await Array.fromAsync(openIssues(stage.table));
    const statuses = await Promise.all(flows.map((route) => statusOf(stage, route, issues)));
    const circuits = await openCircuits(
      stage,
      flows.map(({ partner }) => partner.partner),
    );
    const acts = await actsOn(stage, wanted, { flows, since: undefined, most: actsShown });
    options.output.json({ flows: statuses, circuits, acts });
    options.output.text(
      textTable(
        ['FLOW', 'STATE', 'ATTENTION', 'LAST RUN', 'MOVED', 'NOT MOVED', 'LAST GOOD', 'NEXT'],
        statuses.map(rowOf),
      ),
    );
    for (const circuit of circuits) options.output.text(circuitText(circuit));
    for (const each of statuses) options.output.text(adviceText(each));
    if (acts.length > 0) options.output.text(`\n${actsText(acts)}`);
    return exitCodes.done;
  });
}

async function statusOf(
  stage: Stage,
  { partner: { partner }, flow }: { readonly partner: PartnerFile; readonly flow: Flow },
  issues: readonly OpenIssue[],
): Promise<FlowStatus> {
  const { newest, lastRun, lastGoodAt } = await pastOf(stage, { partner, flow: flow.name });
  const pauses = await pausesOf(stage.table, partner);
  const isScheduled = flow.direction === 'pull' || flow.trigger.includes('schedule');
  return {
    partner,
    flow: flow.name,
    direction: flow.direction,
    attention: issues.filter((issue) => issue.partner === partner && issue.flow === flow.name).length,
    lastRun,
    runningSince: newest !== undefined && newest.report === undefined ? newest.startedAt : undefined,
    lastGoodAt,
    nextRunAt:
      isScheduled && flow.schedule ? nextFiring(flow.schedule, new Date())?.toISOString() : undefined,
    paused: pauseAmong(pauses, flow.name),
  };
}

interface Past {
  readonly newest: RunRecord | undefined;
  readonly lastRun: RunReport | undefined;
  readonly lastGoodAt: string | undefined;
}

/** Looks back, page by page, until there is a good run. */
async function pastOf({ table }: Stage, flowName: FlowName): Promise<Past> {
  let newest: RunRecord | undefined;
  let lastRun: RunReport | undefined;
  let looked = 0;
  for await (const record of runsOf(table, flowName, undefined)) {
    newest ??= record;
    lastRun ??= record.report;
    looked += 1;
    if (record.report?.status === 'succeeded') return { newest, lastRun, lastGoodAt: record.startedAt };
    if (looked === runsLookedAt) break;
  }
  return { newest, lastRun, lastGoodAt: undefined };
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

/** Where to go on from here: the run that did not end well, and why nothing runs. */
function adviceText({ partner, flow, lastRun, attention, paused }: FlowStatus): string {
  const name = `${partner}/${flow}`;
  const lines = [
    ...(paused === undefined ? [] : [`${name}: paused by ${paused.who} at ${paused.at}: ${paused.reason}`]),
    ...(lastRun === undefined || lastRun.status === 'succeeded'
      ? []
      : [`${name}: the last run is ${lastRun.status}. Why: npx ftps-sync run ${lastRun.run}`]),
    ...(attention === 0
      ? []
      : [`${name}: what failed, and of what: npx ftps-sync attention ${partner} ${flow}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function rowOf(status: FlowStatus): string[] {
  const { lastRun } = status;
  const notMoved =
    lastRun && [`${lastRun.held} held`, `${lastRun.refused} refused`, `${lastRun.failed} failed`].join(', ');
  return [
    `${status.partner}/${status.flow}`,
    stateText(status),
    status.attention === 0 ? '-' : `${status.attention} open`,
    lastRun?.startedAt ?? '-',
    lastRun === undefined ? '-' : `${countText(lastRun.transferred, 'file')}, ${bytesText(lastRun.bytes)}`,
    notMoved ?? '-',
    status.lastGoodAt ?? '-',
    status.nextRunAt ?? (status.direction === 'push' ? 'by event' : 'by command'),
  ];
}

/** A push has no runs of its own: each object is a delivery, and what fails is in `attention`. */
function stateText({ direction, runningSince, lastRun, attention, paused }: FlowStatus): string {
  if (paused !== undefined) return runningSince === undefined ? 'paused' : 'paused, running';
  if (direction === 'push') return attention === 0 ? 'delivering' : 'failing';
  return runningSince === undefined ? (lastRun?.status ?? 'never run') : 'running, or cut off';
}
