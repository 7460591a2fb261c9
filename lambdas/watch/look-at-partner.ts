import type { PartnerFile } from '../contract/partner-file.ts';
import { readKnownServer } from '../ledger/capabilities.ts';
import { readOpenCircuit } from '../ledger/circuit.ts';
import { readConditions } from '../ledger/conditions.ts';
import { slotsInUse } from '../ledger/connection-slots.ts';
import { type FlowState, flowStates, unknownFlow } from '../ledger/flow-state.ts';
import { type Concern, nobody } from '../ledger/keys.ts';
import { pauseAmong, pausesOf } from '../ledger/pauses.ts';
import { daysLeft, expiryWarningDays } from '../sync/server-certificate.ts';
import { type BadReconciles, flowText } from './bad-reconciles.ts';
import { type FlowCounts, type LookSystems, lookAtFlow } from './look-at-flow.ts';
import { type Signal, tellSignals } from './signal.ts';

export interface PartnerLook {
  readonly flows: readonly FlowCounts[];
  readonly circuitsOpen: number;
  readonly certificatesExpiring: number;
  /** Undefined where no scheduled flow has had a good run. */
  readonly lastGoodRunAge: number | undefined;
  readonly connectionsInUse: number;
}

/** Looks at a partner and its flows. */
export async function lookAtPartner(
  partner: PartnerFile,
  badReconciles: BadReconciles,
  systems: LookSystems,
): Promise<PartnerLook> {
  const { table, now } = systems;
  const name = partner.partner;
  const concern: Concern = { partner: name, flow: nobody };
  const circuit = await circuitSignals(partner, systems);
  const certificate = await certificateSignals(partner, systems);
  const before = await readConditions(table, concern);
  await tellSignals([...circuit, ...certificate], { concern, before }, systems);

  const states = await flowStates(table, name);
  const pauses = await pausesOf(table, name);
  const flows: FlowCounts[] = [];
  for (const flow of partner.flows) {
    const state = states.get(flow.name) ?? unknownFlow;
    const pause = pauseAmong(pauses, flow.name);
    const flowName = { partner: name, flow: flow.name };
    const badReconcile = badReconciles.get(flowText(flowName));
    flows.push(await lookAtFlow({ name: flowName, flow, state, pause, badReconcile }, systems));
  }
  const held = (await slotsInUse(table, name, now())).filter(({ use }) => use === 'held').length;
  return {
    flows,
    circuitsOpen: circuit.length,
    certificatesExpiring: certificate.length,
    lastGoodRunAge: longestAge(partner, states, now()),
    connectionsInUse: (100 * held) / partner.connection.maxConnections,
  };
}

/** Its event has been sent by whoever was refused. */
async function circuitSignals(
  { partner, connection }: PartnerFile,
  { table, now }: LookSystems,
): Promise<readonly Signal[]> {
  const open = await readOpenCircuit(table, partner, now());
  if (open === undefined) return [];
  const until = new Date(open.openUntilMs).toISOString();
  return [
    {
      id: 'circuit',
      subject: connection.host,
      fault: 'circuit-open',
      message: `Nobody connects before ${until}: the login was refused ${open.count} times (${open.message}).`,
      need: 'person',
      event: undefined,
    },
  ];
}

/** Its event has been sent by whoever saw the certificate. */
async function certificateSignals(
  { partner, connection }: PartnerFile,
  { table, now }: LookSystems,
): Promise<readonly Signal[]> {
  const expiresAt = (await readKnownServer(table, partner))?.expiresAt;
  if (expiresAt === undefined) return [];
  const left = daysLeft({ expiresAt }, now());
  if (left > expiryWarningDays) return [];
  return [
    {
      id: 'certificate',
      subject: connection.host,
      fault: 'certificate-expiring',
      message: `The server's certificate ends at ${expiresAt.toISOString()}, in ${left} days.`,
      need: 'person',
      event: undefined,
    },
  ];
}

function longestAge(
  { flows }: PartnerFile,
  states: ReadonlyMap<string, FlowState>,
  now: Date,
): number | undefined {
  const ages = flows
    .filter(({ schedule }) => schedule !== undefined)
    .flatMap(({ name }) => states.get(name)?.lastGoodAt ?? [])
    .map((at) => (now.getTime() - at.getTime()) / 1000);
  return ages.length === 0 ? undefined : Math.max(...ages);
}
