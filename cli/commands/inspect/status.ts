import type { RunReport } from '../../../lambdas/contract/documents/run-report.ts';
import { nextFiring } from '../../../lambdas/contract/partner-file/cron.ts';
import {
  type Flow,
  flowSchedule,
  type PartnerFile,
} from '../../../lambdas/contract/partner-file/partner-file.ts';
import { type OpenItem, openIssues } from '../../../lambdas/ledger/alerts/attention.ts';
import { readOpenCircuit } from '../../../lambdas/ledger/connection/circuit.ts';
import type { FlowName } from '../../../lambdas/ledger/keys.ts';
import { listPauses, type Pause, pauseFor } from '../../../lambdas/ledger/pauses.ts';
import { listRuns, type RunRecord } from '../../../lambdas/ledger/runs/run-record.ts';
import { bytesText, countText } from '../../../lambdas/report/amounts.ts';
import { chosenFlows, type FlowChoice } from '../../args/chosen-flows.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readAuditLog } from '../../stage/audit.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';
import { auditText } from '../../text/audit-text.ts';
import { textTable } from '../../text/text-table.ts';
import { whenText } from '../../text/time-text.ts';

export const command: CommandDefinition = {
  usage: 'status [partner] [flow]',
  summary: 'show the state of each flow: last run, next run, failures',
  description:
    'Show the state of each flow: the last run, the last successful run, the next run, pauses, open ' +
    'circuits, and the latest entries of the audit log.',
  options: commonOptions,
  action: (invocation) => status(invocation.flowChoice(), invocation.commonOptions()),
};

/** A flow without a successful run among so many has had none for a long time: the search stops. */
const maxRunsRead = 500;

/** `runs` lists the whole audit log. */
const maxAuditEntries = 5;

/** A partner to which no flow connects, because logins were refused (docs/runbook.md). */
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
  /** The number of open issues: files or deliveries whose last attempt failed, and what the monitor found. */
  readonly attention: number;
  readonly lastRun: RunReport | undefined;
  readonly runningSince: string | undefined;
  readonly lastGoodAt: string | undefined;
  readonly nextRunAt: string | undefined;
  /** Of the schedule. */
  readonly timeZone: string | undefined;
  /** The pause of the flow or of its partner. */
  readonly paused: Pause | undefined;
}

async function status(choice: FlowChoice, options: CommonOptions): Promise<ExitCode> {
  const flows = await chosenFlows(choice, options);
  return withStage(options, 'status', async (stage) => {
    const issues = await Array.fromAsync(openIssues(stage.table));
    const statuses = await Promise.all(flows.map((route) => readFlowStatus(stage, route, issues)));
    const circuits = await openCircuits(
      stage,
      flows.map(({ partner }) => partner.partner),
    );
    const auditEntries = await readAuditLog(stage, choice, {
      flows,
      since: undefined,
      maxEntries: maxAuditEntries,
    });
    options.output.json({ flows: statuses, circuits, auditEntries });
    options.output.text(textTable(header, statuses.map(toRow)));
    for (const circuit of circuits) options.output.text(circuitText(circuit));
    for (const each of statuses) options.output.text(nextCommandsText(each));
    options.output.text(auditText(auditEntries));
    return exitCodes.done;
  });
}

const header = [
  'FLOW',
  'STATE',
  'ATTENTION',
  'LAST RUN',
  'TRANSFERRED',
  'NOT TRANSFERRED',
  'LAST SUCCESS',
  'NEXT RUN',
];

async function readFlowStatus(
  stage: Stage,
  { partner: { partner }, flow }: { readonly partner: PartnerFile; readonly flow: Flow },
  issues: readonly OpenItem[],
): Promise<FlowStatus> {
  const { newest, lastRun, lastGoodAt } = await readPastRuns(stage, { partner, flow: flow.name });
  const pauses = await listPauses(stage.table, partner);
  const schedule = flowSchedule(flow);
  return {
    partner,
    flow: flow.name,
    direction: flow.direction,
    attention: issues.filter((issue) => issue.partner === partner && issue.flow === flow.name).length,
    lastRun,
    runningSince: newest !== undefined && newest.report === undefined ? newest.startedAt : undefined,
    lastGoodAt,
    nextRunAt: schedule && nextFiring(schedule, new Date())?.toISOString(),
    timeZone: schedule?.timeZone,
    paused: pauseFor(pauses, flow.name),
  };
}

interface PastRuns {
  readonly newest: RunRecord | undefined;
  readonly lastRun: RunReport | undefined;
  readonly lastGoodAt: string | undefined;
}

/** Reads back, newest first, until there is a successful run. */
async function readPastRuns({ table }: Stage, flowName: FlowName): Promise<PastRuns> {
  let newest: RunRecord | undefined;
  let lastRun: RunReport | undefined;
  let runsRead = 0;
  for await (const record of listRuns(table, flowName, undefined)) {
    newest ??= record;
    lastRun ??= record.report;
    runsRead += 1;
    if (record.report?.status === 'succeeded') return { newest, lastRun, lastGoodAt: record.startedAt };
    if (runsRead === maxRunsRead) break;
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
    `${partner}: circuit open, no connections until ${whenText(until)}. The login was refused ${refusals} times since ${whenText(since)} (${message}). ` +
    `Store the right password, which closes the circuit at once: npx ftps-sync secret put ${partner}\n`
  );
}

/** Why the flow does not run, and the commands that show what failed. */
function nextCommandsText({ partner, flow, lastRun, attention, paused }: FlowStatus): string {
  const name = `${partner}/${flow}`;
  const lines = [
    ...(paused === undefined
      ? []
      : [`${name}: paused by ${paused.who}, ${whenText(paused.at)}: ${paused.reason}`]),
    ...(lastRun === undefined || lastRun.status === 'succeeded'
      ? []
      : [`${name}: last run ${lastRun.status}. Details: npx ftps-sync run ${lastRun.run}`]),
    ...(attention === 0
      ? []
      : [
          `${name}: ${countText(attention, 'open issue')}. Details: npx ftps-sync attention ${partner} ${flow}`,
        ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function toRow(status: FlowStatus): string[] {
  const { lastRun, timeZone } = status;
  const zone = timeZone === undefined ? {} : { timeZone };
  const notTransferred =
    lastRun && [`${lastRun.held} held`, `${lastRun.refused} refused`, `${lastRun.failed} failed`].join(', ');
  return [
    `${status.partner}/${status.flow}`,
    stateText(status),
    status.attention === 0 ? '-' : `${status.attention} open`,
    lastRun === undefined ? '-' : whenText(lastRun.startedAt, zone),
    lastRun === undefined ? '-' : `${countText(lastRun.transferred, 'file')}, ${bytesText(lastRun.bytes)}`,
    notTransferred ?? '-',
    status.lastGoodAt === undefined ? '-' : whenText(status.lastGoodAt, zone),
    nextRunText(status),
  ];
}

/** In the zone of the schedule, in which people know it. */
function nextRunText({ nextRunAt, timeZone, direction }: FlowStatus): string {
  if (nextRunAt !== undefined && timeZone !== undefined) return whenText(nextRunAt, { timeZone });
  return direction === 'push' ? 'on event' : 'manual';
}

/** A push flow has no runs: each object is a delivery, and failed ones are in `attention`. */
function stateText({ direction, runningSince, lastRun, attention, paused }: FlowStatus): string {
  if (paused !== undefined) return runningSince === undefined ? 'paused' : 'paused, running';
  if (direction === 'push') return attention === 0 ? 'delivering' : 'failing';
  return runningSince === undefined ? (lastRun?.status ?? 'never run') : 'running or interrupted';
}
