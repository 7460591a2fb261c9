import type { RunReport } from '../../lambdas/contract/run-report.ts';
import { type Act, actsOf } from '../../lambdas/ledger/acts.ts';
import type { FlowName } from '../../lambdas/ledger/keys.ts';
import { type RunRecord, runsOf } from '../../lambdas/ledger/run-record.ts';
import { bytesText, countText, durationText } from '../amounts.ts';
import { type ChosenFlow, chosenFlows, type FlowChoice } from '../chosen-flows.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import type { FilesPage } from '../run-files.ts';
import type { Stage } from '../stage.ts';
import { textTable } from '../text-table.ts';
import { withStage } from '../with-stage.ts';

/** `running` is also what was cut off: its report was never written. */
export const runStates = ['running', 'succeeded', 'incomplete', 'halted', 'failed'] as const;

export interface RunsWanted extends FlowChoice {
  readonly state: (typeof runStates)[number] | undefined;
  readonly since: Date | undefined;
  readonly page: FilesPage;
}

interface ListedRun extends FlowName {
  readonly record: RunRecord;
}

/** `runs [PARTNER [FLOW]]`: the newest runs first, and what operators did beside them. */
export async function runs(wanted: RunsWanted, options: CommonOptions): Promise<ExitCode> {
  const flows = (await chosenFlows(wanted, options)).filter(({ flow }) => flow.direction === 'pull');
  const { offset, limit } = wanted.page;
  return withStage(options, 'runs', async (stage) => {
    const shown: ListedRun[] = [];
    let passed = 0;
    for await (const listed of newestFirst(stage, flows, wanted.since)) {
      if (shown.length === limit) break;
      if (wanted.state !== undefined && stateOf(listed.record) !== wanted.state) continue;
      passed += 1;
      if (passed > offset) shown.push(listed);
    }
    const acts = await actsOn(stage, wanted, { flows, since: wanted.since, most: limit });
    options.output.json({ runs: shown.map(documentOf), acts });
    if (shown.length > 0) options.output.text(textTable(header, shown.map(rowOf)));
    options.output.text(`${countText(shown.length, 'run')}. 'run ID' shows one.\n`);
    if (acts.length > 0) options.output.text(`\n${actsText(acts)}`);
    return exitCodes.done;
  });
}

/** What operators did to these flows, or to the whole partner, the newest first. */
export async function actsOn(
  { table }: Pick<Stage, 'table'>,
  { flow }: Pick<FlowChoice, 'flow'>,
  bounds: { readonly flows: readonly ChosenFlow[]; readonly since: Date | undefined; readonly most: number },
): Promise<readonly Act[]> {
  const partners = [...new Set(bounds.flows.map(({ partner }) => partner.partner))];
  const asked = partners.map(async (partner) => {
    const acts: Act[] = [];
    for await (const act of actsOf(table, partner)) {
      if (acts.length === bounds.most || (bounds.since !== undefined && new Date(act.at) < bounds.since))
        break;
      if (flow === undefined || act.flow === undefined || act.flow === flow) acts.push(act);
    }
    return acts;
  });
  const all = (await Promise.all(asked)).flat();
  return all.toSorted((a, b) => (a.at > b.at ? -1 : 1)).slice(0, bounds.most);
}

export function actsText(acts: readonly Act[]): string {
  const rows = acts.map(({ at, who, kind, partner, flow, on, reason }) => {
    return [at, who, kind, flow === undefined ? partner : `${partner}/${flow}`, on ?? '', reason];
  });
  return textTable(['AT', 'WHO', 'DID', 'TO', 'ON', 'WHY'], rows);
}

/** Merges the flows' runs, each of which come the newest first; holds one run and one page a flow. */
async function* newestFirst(
  { table }: Stage,
  flows: readonly ChosenFlow[],
  since: Date | undefined,
): AsyncGenerator<ListedRun> {
  const heads = await Promise.all(
    flows.map(async ({ partner, flow }) => {
      const name = { partner: partner.partner, flow: flow.name };
      const source = runsOf(table, name, since);
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

function stateOf({ report }: RunRecord): string {
  return report?.status ?? 'running';
}

/** A run without a report has nothing but its start. */
function documentOf({ partner, flow, record }: ListedRun): object {
  const { run, startedAt, report } = record;
  return report ?? { partner, flow, run, startedAt, status: 'running' };
}

const header = ['RUN', 'FLOW', 'STATE', 'STARTED', 'TOOK', 'MOVED', 'HELD', 'REFUSED', 'FAILED', 'WHY'];

function rowOf({ partner, flow, record }: ListedRun): string[] {
  const { run, startedAt, report } = record;
  const start = [run, `${partner}/${flow}`, stateOf(record), startedAt];
  return report === undefined ? start : [...start, ...totalsOf(report)];
}

function totalsOf({ seconds, transferred, bytes, held, refused, failed, problem }: RunReport): string[] {
  const moved = `${countText(transferred, 'file')}, ${bytesText(bytes)}`;
  return [durationText(seconds), moved, String(held), String(refused), String(failed), problem?.fault ?? ''];
}
