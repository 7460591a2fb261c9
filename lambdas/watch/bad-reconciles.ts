import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from '../contract/ids.ts';
import { closeCondition, moveWatch, type OpenConditions, openCondition } from '../ledger/conditions.ts';
import type { FlowState } from '../ledger/flow-state.ts';
import type { Concern, FlowName } from '../ledger/keys.ts';
import type { Table } from '../ledger/table.ts';
import type { BadExecution, EndedSince, ExecutionEnd } from '../runtime/executions.ts';
import { endText } from './execution-end.ts';
import type { Tell } from './signal.ts';

/** A reconcile that did not end well. */
export interface BadReconcile {
  readonly startedAt: Date;
  readonly end: ExecutionEnd;
}

/** The last bad reconcile of each flow, by {@link flowText}. */
export type BadReconciles = ReadonlyMap<string, BadReconcile>;

export interface BadReconcileSystems {
  readonly table: Table;
  readonly now: () => Date;
  readonly endOfExecution: (executionArn: string) => Promise<ExecutionEnd | undefined>;
  readonly badReconciles: (since: EndedSince) => AsyncIterable<BadExecution>;
}

const hourMs = 60 * 60_000;

/** Executions are stopped after a day (infra/constructs/workflow-machine.ts). */
const longestReconcileMs = 24 * hourMs;

/** ListExecutions is eventually consistent: what has just ended may not be in it yet. */
const lateMs = 10 * 60_000;

/** What is watched, as the ledger knows it. The time moves on once an hour: what is found again is not told again. */
const watched = 'reconciles';

/**
 * The reconciles that have not ended well since the last looks, whoever started them.
 * @param stage whom the time of the last looks is kept with, and what is known of it.
 */
export async function findBadReconciles(
  { concern, before }: { readonly concern: Concern; readonly before: OpenConditions },
  { table, now, endOfExecution, badReconciles }: BadReconcileSystems,
): Promise<BadReconciles> {
  const lookedAt = now();
  const since = before.watchedSince.get(watched);
  const ended = new Date((since ?? lookedAt).getTime() - lateMs);
  const begun = new Date(ended.getTime() - longestReconcileMs);
  const found = new Map<string, BadReconcile>();
  for await (const { executionArn, startedAt } of badReconciles({ begun, ended })) {
    const end = await endOfExecution(executionArn);
    const name = end === undefined ? undefined : flowIn(end.input);
    // It was redriven meanwhile, or names no flow.
    if (end === undefined || name === undefined) continue;
    const known = found.get(flowText(name));
    if (known === undefined || known.startedAt < startedAt) found.set(flowText(name), { startedAt, end });
  }
  if (since === undefined || lookedAt.getTime() - since.getTime() >= hourMs) {
    await moveWatch(table, concern, watched, lookedAt);
  }
  return found;
}

export function flowText({ partner, flow }: FlowName): string {
  return `${partner}/${flow}`;
}

const inputSchema = z.object({ partner: partnerIdSchema, flow: flowIdSchema });

function flowIn(input: string): FlowName | undefined {
  try {
    return inputSchema.parse(JSON.parse(input));
  } catch {
    // Started by hand with something else, which fails and concerns no flow.
    return undefined;
  }
}

/** The condition that a flow's last reconcile did not end well. */
const badEnd = 'reconcile';

/** Tells of a flow's bad reconcile, once, until one that began later has ended well. */
export async function tellBadReconcile(
  {
    name,
    state,
    bad,
  }: { readonly name: FlowName; readonly state: FlowState; readonly bad: BadReconcile | undefined },
  before: OpenConditions,
  { table, tell }: { readonly table: Table; readonly tell: Tell },
): Promise<void> {
  const isOver = (since: Date) => state.lastEndedAt !== undefined && state.lastEndedAt > since;
  const openSince = before.open.get(badEnd);
  const isOpen = openSince !== undefined && !isOver(openSince);
  if (openSince !== undefined && !isOpen) await closeCondition(table, name, badEnd);
  if (isOpen || bad === undefined || isOver(bad.startedAt)) return;
  const { startedAt, end } = bad;
  const fault = end.status === 'FAILED' ? 'reconcile-failed' : 'reconcile-stopped';
  const message =
    `The reconcile did not come to its end. ${endText(end)} What it had found is in the queue; objects behind that wait. ` +
    `Another one looks at all of them: npx ftps-sync run ${name.partner} ${name.flow}`;
  const problem = { fault, message };
  await tell({
    type: 'reconcile.failed',
    detail: { ...name, startedAt: startedAt.toISOString(), problem },
  });
  // Since its beginning: a good one that began later is then known for one.
  await openCondition(table, name, {
    id: badEnd,
    subject: 'the reconcile',
    fault,
    message,
    need: 'person',
    at: startedAt,
  });
}
