import type { RunReport } from '../../../lambdas/contract/documents/run-report.ts';
import type { FlowName } from '../../../lambdas/ledger/keys.ts';
import { listRuns, type RunRecord } from '../../../lambdas/ledger/runs/run-record.ts';
import { bytesText, countText, durationText } from '../../../lambdas/report/amounts.ts';
import { type ChosenFlow, chosenFlows, type FlowChoice } from '../../args/chosen-flows.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type FilesPage, pageOptions } from '../../args/files-page.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readAuditLog } from '../../stage/audit.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';
import { auditText } from '../../text/audit-text.ts';
import { textTable } from '../../text/text-table.ts';
import { whenText } from '../../text/time-text.ts';

/** `running` includes a run that was interrupted before it could write its report. */
const runStates = ['running', 'succeeded', 'incomplete', 'halted', 'failed'] as const;

export const command: CommandDefinition = {
  usage: 'runs [partner] [flow]',
  summary: 'list runs, newest first, and the audit log',
  description: 'List the runs of pull flows, newest first, and what operators did to the flows.',
  options: [
    { flags: '--state <state>', description: `only runs in this state: ${runStates.join(', ')}` },
    {
      flags: '--since <time>',
      description: 'only runs that started at or after this time: 2026-11-20T02:00:00Z or 2026-11-20',
    },
    ...pageOptions('runs'),
    ...commonOptions,
  ],
  action: (invocation) =>
    runs(
      {
        ...invocation.flowChoice(),
        state: invocation.oneOf('state', runStates),
        since: invocation.time('since'),
        page: invocation.page(),
      },
      invocation.commonOptions(),
    ),
};

interface RunsRequest extends FlowChoice {
  readonly state: (typeof runStates)[number] | undefined;
  readonly since: Date | undefined;
  readonly page: FilesPage;
}

interface ListedRun extends FlowName {
  readonly record: RunRecord;
}

async function runs(request: RunsRequest, options: CommonOptions): Promise<ExitCode> {
  const flows = (await chosenFlows(request, options)).filter(({ flow }) => flow.direction === 'pull');
  const { state, since, page } = request;
  return withStage(options, 'runs', async (stage) => {
    const shown: ListedRun[] = [];
    let matching = 0;
    for await (const listed of newestFirst(stage, flows, since)) {
      if (shown.length === page.limit) break;
      if (state !== undefined && runState(listed.record) !== state) continue;
      matching += 1;
      if (matching > page.offset) shown.push(listed);
    }
    const auditEntries = await readAuditLog(stage, request, { flows, since, maxEntries: page.limit });
    options.output.json({ runs: shown.map(toDocument), auditEntries });
    if (shown.length > 0) options.output.text(textTable(header, shown.map(toRow)));
    options.output.text(`${countText(shown.length, 'run')}. To show one: run ID\n`);
    options.output.text(auditText(auditEntries));
    return exitCodes.done;
  });
}

/** Merges the runs of all flows, each of which come newest first. Holds one run and one page per flow. */
async function* newestFirst(
  { table }: Stage,
  flows: readonly ChosenFlow[],
  since: Date | undefined,
): AsyncGenerator<ListedRun> {
  const heads = await Promise.all(
    flows.map(async ({ partner, flow }) => {
      const name = { partner: partner.partner, flow: flow.name };
      const source = listRuns(table, name, since);
      return { name, source, next: await source.next() };
    }),
  );
  for (;;) {
    let newest: { readonly head: (typeof heads)[number]; readonly record: RunRecord } | undefined;
    for (const head of heads) {
      if (head.next.done === true) continue;
      const record = head.next.value;
      if (newest === undefined || record.run > newest.record.run) newest = { head, record };
    }
    if (newest === undefined) return;
    const { head, record } = newest;
    head.next = await head.source.next();
    yield { ...head.name, record };
  }
}

function runState({ report }: RunRecord): string {
  return report?.status ?? 'running';
}

/** The run's report; without one, all that is known is its start. */
function toDocument({ partner, flow, record }: ListedRun): object {
  const { run, startedAt, report } = record;
  return report ?? { partner, flow, run, startedAt, status: 'running' };
}

const header = [
  'RUN',
  'FLOW',
  'STATE',
  'STARTED',
  'DURATION',
  'TRANSFERRED',
  'HELD',
  'REFUSED',
  'FAILED',
  'ERROR',
];

function toRow({ partner, flow, record }: ListedRun): string[] {
  const { run, startedAt, report } = record;
  const start = [run, `${partner}/${flow}`, runState(record), whenText(startedAt)];
  return report === undefined ? start : [...start, ...totalCells(report)];
}

function totalCells({ seconds, transferred, bytes, held, refused, failed, cause }: RunReport): string[] {
  const moved = `${countText(transferred, 'file')}, ${bytesText(bytes)}`;
  return [durationText(seconds), moved, String(held), String(refused), String(failed), cause?.error ?? ''];
}
