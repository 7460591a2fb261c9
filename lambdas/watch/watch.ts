import type { Events } from '../contract/event.ts';
import { type OpenConditions, readConditions } from '../ledger/conditions.ts';
import { nobody } from '../ledger/keys.ts';
import type { Partners } from '../partners/partners.ts';
import { countMessages } from '../queues/count-messages.ts';
import type { Queue } from '../queues/queue.ts';
import type { Meter } from '../runtime/metrics.ts';
import { type BadReconcileSystems, findBadReconciles } from './bad-reconciles.ts';
import type { FlowCounts, LookSystems } from './look-at-flow.ts';
import { lookAtPartner, type PartnerLook } from './look-at-partner.ts';
import { tellSignals } from './signal.ts';

export interface WatchSystems extends LookSystems, BadReconcileSystems {
  readonly readAllPartners: Partners['readAllPartners'];
  /** The queues of dead letters, by what they are called in events. */
  readonly deadLetters: Readonly<Record<Events['stage.dead-letters']['queue'], Queue>>;
  readonly meter: Meter;
}

/** What the watch found, in counts. */
export interface WatchReport {
  readonly partners: number;
  readonly overdue: number;
  readonly missing: number;
  readonly amiss: number;
}

const ofStage = { partner: nobody, flow: nobody } as const;

const whoIsMissed = {
  'missed-runs': 'runs that could not be started',
  ingest: 'events of objects that could not be routed',
  push: 'deliveries that were given up',
} as const;

/**
 * Looks at every partner, one after the other, and at the queues of dead letters. What is amiss is told once, is in `attention` for
 * as long as it is so, and is counted each time.
 */
export async function watch(systems: WatchSystems): Promise<WatchReport> {
  const partners = await systems.readAllPartners();
  const before = await readConditions(systems.table, ofStage);
  const badReconciles = await findBadReconciles({ concern: ofStage, before }, systems);
  const looks: PartnerLook[] = [];
  for (const partner of partners) {
    const look = await lookAtPartner(partner, badReconciles, systems);
    looks.push(look);
    const { lastGoodRunAge, connectionsInUse } = look;
    systems.meter.ofPartner(partner.partner, {
      ConnectionsInUse: connectionsInUse,
      ...(lastGoodRunAge === undefined ? {} : { LastGoodRunAge: lastGoodRunAge }),
    });
  }
  await lookAtDeadLetters(before, systems);
  const total = (count: (flow: FlowCounts) => number) =>
    looks.flatMap(({ flows }) => flows).reduce((sum, flow) => sum + count(flow), 0);
  const report = {
    partners: partners.length,
    overdue: total(({ overdue }) => overdue),
    missing: total(({ missing }) => missing),
    amiss: total(({ amiss }) => amiss),
  };
  systems.meter.ofStage({
    RunsOverdue: report.overdue,
    FilesMissing: report.missing,
    FilesAmiss: report.amiss,
    CircuitsOpen: looks.reduce((sum, { circuitsOpen }) => sum + circuitsOpen, 0),
    CertificatesExpiring: looks.reduce((sum, { certificatesExpiring }) => sum + certificatesExpiring, 0),
  });
  return report;
}

async function lookAtDeadLetters(before: OpenConditions, systems: WatchSystems): Promise<void> {
  const counts = await Promise.all(
    (['missed-runs', 'ingest', 'push'] as const).map(async (queue) => ({
      queue,
      messages: await countMessages(systems.deadLetters[queue]),
    })),
  );
  const signals = counts
    .filter(({ messages }) => messages > 0)
    .map(({ queue, messages }) => ({
      id: `dead-letters-${queue}`,
      subject: `dead letters: ${queue}`,
      fault: 'dead-letters',
      message: `Nobody tries them any more: ${whoIsMissed[queue]}. There are ${messages}.`,
      need: 'person' as const,
      event: { type: 'stage.dead-letters' as const, detail: { queue, messages } },
    }));
  await tellSignals(signals, { concern: ofStage, before }, systems);
}
