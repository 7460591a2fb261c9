import { partnerIdSchema } from '../../lambdas/contract/ids.ts';
import { nextFiring } from '../../lambdas/contract/partner-file/cron.ts';
import {
  type Flow,
  flowSchedule,
  type PartnerFile,
} from '../../lambdas/contract/partner-file/partner-file.ts';
import type { OpenItem } from '../../lambdas/ledger/alerts/attention.ts';
import { readOpenCircuit } from '../../lambdas/ledger/connection/circuit.ts';
import { listPauses, type Pause, pauseFor } from '../../lambdas/ledger/pauses.ts';
import type { Stage } from './stage.ts';

/**
 * What tries a file or delivery again. `schedule`: the run at `nextTryAt`. `queue`: the delivery at
 * `nextTryAt`; without a time it waits for an earlier one or for a connection. `run`: a run that no schedule
 * starts. `resume`: nothing before that command. `none`: it is an alert, or its flow is not deployed.
 */
export const nextTryKinds = ['schedule', 'queue', 'run', 'resume', 'none'] as const;

export interface NextTry {
  readonly nextTry: (typeof nextTryKinds)[number];
  readonly nextTryAt: string | undefined;
}

/** An open issue as `attention` shows it. */
export type Issue = OpenItem & NextTry;

/** What decides when a flow tries again. */
export interface FlowOutlook {
  readonly flow: Flow;
  readonly pause: Pause | undefined;
  /** Until when no function connects to the partner; undefined if its circuit is closed. */
  readonly circuitOpenUntil: Date | undefined;
}

/**
 * Decides when an item that has failed is tried again. A run of its flow tries everything that failed, given
 * up or not; a delivery that is not given up is tried by the queue before that.
 */
export function findNextTry(issue: OpenItem, outlook: FlowOutlook | undefined, now: Date): NextTry {
  if (issue.lastTryAt === undefined || outlook === undefined)
    return { nextTry: 'none', nextTryAt: undefined };
  const { flow, pause, circuitOpenUntil = now } = outlook;
  if (pause !== undefined) return { nextTry: 'resume', nextTryAt: undefined };
  if (issue.nextTryAt !== undefined) {
    const at = new Date(Math.max(Date.parse(issue.nextTryAt), circuitOpenUntil.getTime()));
    return { nextTry: 'queue', nextTryAt: at > now ? at.toISOString() : undefined };
  }
  const schedule = flowSchedule(flow);
  const at = schedule && nextFiring(schedule, circuitOpenUntil);
  return at === undefined
    ? { nextTry: 'run', nextTryAt: undefined }
    : { nextTry: 'schedule', nextTryAt: at.toISOString() };
}

type PartnerOutlook = Omit<FlowOutlook, 'flow' | 'pause'> & {
  readonly file: PartnerFile;
  readonly pauses: readonly Pause[];
};

/** Adds to each item when it is tried again. Reads each partner once. */
export async function withNextTries(
  stage: Pick<Stage, 'readPartner' | 'table'>,
  items: readonly OpenItem[],
): Promise<readonly Issue[]> {
  const now = new Date();
  const partners = new Map<string, PartnerOutlook | undefined>();
  const issues: Issue[] = [];
  for (const item of items) {
    const { partner } = item;
    if (!partners.has(partner)) partners.set(partner, await readOutlook(stage, partner, now));
    const outlook = partners.get(partner);
    const flow = outlook?.file.flows.find(({ name }) => name === item.flow);
    const next =
      outlook === undefined || flow === undefined
        ? undefined
        : { flow, pause: pauseFor(outlook.pauses, flow.name), circuitOpenUntil: outlook.circuitOpenUntil };
    issues.push({ ...item, ...findNextTry(item, next, now) });
  }
  return issues;
}

/** Undefined where the partner's file cannot be read: its issues are shown all the same. */
async function readOutlook(
  { readPartner, table }: Pick<Stage, 'readPartner' | 'table'>,
  partner: string,
  now: Date,
): Promise<PartnerOutlook | undefined> {
  const { data: id } = partnerIdSchema.safeParse(partner);
  const file = id && (await readPartner(id).catch(() => undefined));
  if (file === undefined) return undefined;
  const pauses = await listPauses(table, file.partner);
  const circuit = await readOpenCircuit(table, file.partner, now);
  return { file, pauses, circuitOpenUntil: circuit && new Date(circuit.openUntilMs) };
}
