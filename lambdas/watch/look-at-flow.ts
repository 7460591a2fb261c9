import { expectationsOf } from '../contract/expectation.ts';
import type { Flow } from '../contract/partner-file.ts';
import { arrivalsSince } from '../ledger/arrivals.ts';
import { type OpenConditions, readConditions, watchSince } from '../ledger/conditions.ts';
import type { FlowState } from '../ledger/flow-state.ts';
import type { FlowName } from '../ledger/keys.ts';
import type { Pause } from '../ledger/pauses.ts';
import { type Finding, judgedDays, judgeExpectation } from '../sync/expect.ts';
import { plusDays } from '../sync/expect-calendar.ts';
import { type BadReconcile, tellBadReconcile } from './bad-reconciles.ts';
import { signalOf } from './expected-files.ts';
import { overdueSince } from './overdue.ts';
import { type Signal, tellSignals } from './signal.ts';
import { lookAtStoppedRuns, type StoppedRunSystems } from './stopped-runs.ts';

export type LookSystems = StoppedRunSystems;

/** What is amiss with a flow now, in counts. `amiss`: what was told for the first time of files that did come. */
export interface FlowCounts {
  readonly overdue: number;
  readonly missing: number;
  readonly amiss: number;
}

/** A flow, what is known of it, and whether a person has paused it. */
export interface WatchedFlow {
  readonly name: FlowName;
  readonly flow: Flow;
  readonly state: FlowState;
  readonly pause: Pause | undefined;
  /** Undefined where none has ended badly lately, and of a pull. */
  readonly badReconcile: BadReconcile | undefined;
}

/** Looks at one flow: whether its runs were stopped, whether the last is as old as it may be, and whether the expected files have come. */
export async function lookAtFlow(watched: WatchedFlow, systems: LookSystems): Promise<FlowCounts> {
  const { name, flow, state, badReconcile: bad } = watched;
  const before = await readConditions(systems.table, name);
  if (flow.direction === 'pull') await lookAtStoppedRuns(name, systems);
  else await tellBadReconcile({ name, state, bad }, before, systems);
  const overdue = await overdueSignals(watched, before, systems);
  const findings = await findingsOf(name, flow, before, systems);
  const signals = [...overdue, ...findings.map((finding) => signalOf(finding, name))];
  const isNew = await tellSignals(signals, { concern: name, before }, systems);
  return {
    overdue: overdue.length,
    missing: findings.filter(({ kind }) => kind === 'missing').length,
    amiss: isNew.filter(({ fault }) => ['file-late', 'file-too-small', 'file-duplicate'].includes(fault))
      .length,
  };
}

async function overdueSignals(
  { name, flow, state, pause }: WatchedFlow,
  before: OpenConditions,
  systems: LookSystems,
): Promise<readonly Signal[]> {
  const schedule = scheduleOf(flow);
  // A paused flow does not run, and is meant not to.
  if (schedule === undefined || pause !== undefined) return [];
  const since = await sinceOf(`${schedule.cron} ${schedule.timeZone}`, { name, before }, systems);
  const due = overdueSince(schedule, state, { now: systems.now(), since });
  if (due === undefined) return [];
  const dueAt = due.toISOString();
  const lastEndedAt = state.lastEndedAt?.toISOString();
  const last =
    lastEndedAt === undefined ? 'It has never ended well' : `The last that ended began at ${lastEndedAt}`;
  return [
    {
      id: 'overdue',
      subject: 'the run',
      fault: 'run-overdue',
      message: `The run that was due at ${dueAt} has not ended. ${last}.`,
      need: 'person',
      event: { type: 'run.overdue', detail: { ...name, dueAt, lastEndedAt } },
    },
  ];
}

async function findingsOf(
  name: FlowName,
  flow: Flow,
  before: OpenConditions,
  systems: LookSystems,
): Promise<readonly Finding[]> {
  if (flow.direction === 'push') return [];
  const now = systems.now();
  const findings = expectationsOf(flow).map(async (expectation) => {
    const { key } = expectation;
    const since = await sinceOf(key, { name, before }, systems);
    // A day more: which date it is depends on the zone.
    const date = plusDays(now.toISOString().slice(0, 10), -judgedDays - 1);
    const arrivals = await arrivalsSince(systems.table, name, { key, date });
    return judgeExpectation(expectation, arrivals, { now, since });
  });
  return (await Promise.all(findings)).flat();
}

/** Since when something is watched: from now on, where it was not before. */
async function sinceOf(
  what: string,
  { name, before }: { readonly name: FlowName; readonly before: OpenConditions },
  { table, now }: LookSystems,
): Promise<Date> {
  const known = before.watchedSince.get(what);
  if (known !== undefined) return known;
  const from = now();
  await watchSince(table, name, what, from);
  return from;
}

function scheduleOf(flow: Flow): Flow['schedule'] {
  return flow.direction === 'pull' || flow.trigger.includes('schedule') ? flow.schedule : undefined;
}
