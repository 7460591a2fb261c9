import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import { daysLeft, expiryWarningDays } from '../core/connection/server-certificate.ts';
import { readOpenAlerts } from '../ledger/alerts/open-alerts.ts';
import { readOpenCircuit } from '../ledger/connection/circuit.ts';
import { slotsInUse } from '../ledger/connection/connection-slots.ts';
import { readKnownServer } from '../ledger/connection/server-capabilities.ts';
import { type AlertScope, unscoped } from '../ledger/keys.ts';
import { listPauses, pauseFor } from '../ledger/pauses.ts';
import { type FlowState, flowStates, unknownFlow } from '../ledger/runs/flow-state.ts';
import { type Alert, raiseAlerts } from './alert.ts';
import { type CheckFlowDependencies, checkFlow, type FlowCounts } from './check-flow.ts';
import { type FailedReconciles, flowPath } from './failed-reconciles.ts';
import type { IsolatedChecks } from './isolated-checks.ts';

export interface PartnerCheck {
  readonly flows: readonly FlowCounts[];
  readonly circuitsOpen: number;
  readonly certificatesExpiring: number;
  /**
   * Seconds since the last good run, of the flow where it is longest ago; undefined where none has had one.
   */
  readonly lastGoodRunAge: number | undefined;
  /** Percent of `maxConnections`. */
  readonly connectionsInUse: number;
}

interface SharedByPartners {
  readonly failedReconciles: FailedReconciles;
  readonly isolated: IsolatedChecks;
}

/** Checks a partner and its flows. A flow whose check fails is missing in the result. */
export async function checkPartner(
  partner: PartnerFile,
  { failedReconciles, isolated }: SharedByPartners,
  dependencies: CheckFlowDependencies,
): Promise<PartnerCheck> {
  const { table, now } = dependencies;
  const name = partner.partner;
  const scope: AlertScope = { partner: name, flow: unscoped };
  const circuit = await circuitAlerts(partner, dependencies);
  const certificate = await certificateAlerts(partner, dependencies);
  await isolated.run(`${name}, its circuit and certificate`, async () => {
    const before = await readOpenAlerts(table, scope);
    await raiseAlerts([...circuit, ...certificate], { scope, before }, dependencies);
  });

  const states = await flowStates(table, name);
  const pauses = await listPauses(table, name);
  const flows: FlowCounts[] = [];
  for (const flow of partner.flows) {
    const state = states.get(flow.name) ?? unknownFlow;
    const pause = pauseFor(pauses, flow.name);
    const flowName = { partner: name, flow: flow.name };
    const failedReconcile = failedReconciles.get(flowPath(flowName));
    const monitored = { name: flowName, flow, state, pause, failedReconcile };
    const counts = await isolated.run(flowPath(flowName), () => checkFlow(monitored, dependencies));
    if (counts !== undefined) flows.push(counts);
  }
  const held = (await slotsInUse(table, name, now())).filter(({ use }) => use === 'held').length;
  return {
    flows,
    circuitsOpen: circuit.length,
    certificatesExpiring: certificate.length,
    lastGoodRunAge: longestGoodRunAge(partner, states, now()),
    connectionsInUse: (100 * held) / partner.connection.maxConnections,
  };
}

/** The function whose login was refused has published the event. */
async function circuitAlerts(
  { partner, connection }: PartnerFile,
  { table, now }: CheckFlowDependencies,
): Promise<readonly Alert[]> {
  const open = await readOpenCircuit(table, partner, now());
  if (open === undefined) return [];
  const until = new Date(open.openUntilMs).toISOString();
  return [
    {
      id: 'circuit',
      subject: connection.host,
      error: 'circuit-open',
      message: `No function connects before ${until}: the login was refused ${open.count} times (${open.message}).`,
      need: 'person',
      event: undefined,
    },
  ];
}

/** The function that saw the certificate has published the event. */
async function certificateAlerts(
  { partner, connection }: PartnerFile,
  { table, now }: CheckFlowDependencies,
): Promise<readonly Alert[]> {
  const expiresAt = (await readKnownServer(table, partner))?.expiresAt;
  if (expiresAt === undefined) return [];
  const left = daysLeft({ expiresAt }, now());
  if (left > expiryWarningDays) return [];
  return [
    {
      id: 'certificate',
      subject: connection.host,
      error: 'certificate-expiring',
      message: `The server's certificate expires at ${expiresAt.toISOString()}, in ${left} days.`,
      need: 'person',
      event: undefined,
    },
  ];
}

function longestGoodRunAge(
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
