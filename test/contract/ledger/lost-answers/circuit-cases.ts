import * as circuit from '../../../../lambdas/ledger/connection/circuit.ts';
import type { FlowName } from '../../../../lambdas/ledger/keys.ts';
import type { Table } from '../../../../lambdas/ledger/table.ts';
import { now, type WriteCase } from './write-case.ts';

const loginOf = ({ partner }: FlowName, id = 'login-1') => ({ id, partner, version: 'v1', now });
const refuse = (table: Table, flow: FlowName, id?: string) =>
  circuit.recordRefusedLogin(table, loginOf(flow, id), '530 Login incorrect.');

const openCircuit = async (table: Table, flow: FlowName) => {
  await refuse(table, flow, 'login-a');
  await refuse(table, flow, 'login-b');
};

/** After the time that `login-b` has to publish the notice. */
const overdue = new Date(now.getTime() + 60_000);

export const circuitCases: readonly WriteCase[] = [
  {
    name: 'takeTrial',
    write: (table, flow) => circuit.takeTrial(table, loginOf(flow)),
    meanwhile: (table, flow) => circuit.takeTrial(table, loginOf(flow, 'login-2')),
  },
  {
    name: 'takeTrial',
    situation: 'and the circuit changes meanwhile',
    write: (table, flow) => circuit.takeTrial(table, loginOf(flow)),
    meanwhile: (table, flow) =>
      circuit.recordRefusedLogin(table, { ...loginOf(flow, 'login-2'), version: 'v0' }, '530 No.'),
  },
  {
    name: 'endTrial',
    before: (table, flow) => circuit.takeTrial(table, loginOf(flow)),
    write: (table, flow) => circuit.endTrial(table, loginOf(flow)),
  },
  {
    name: 'endTrial',
    situation: 'and another takes the trial meanwhile',
    before: (table, flow) => circuit.takeTrial(table, loginOf(flow)),
    write: (table, flow) => circuit.endTrial(table, loginOf(flow)),
    meanwhile: (table, flow) => circuit.takeTrial(table, loginOf(flow, 'login-2')),
  },
  {
    name: 'recordLogin',
    before: openCircuit,
    write: (table, flow) => circuit.recordLogin(table, { ...loginOf(flow), version: 'v2' }),
  },
  { name: 'recordRefusedLogin', situation: 'the first refusal', write: (table, flow) => refuse(table, flow) },
  {
    name: 'recordRefusedLogin',
    situation: 'and another is refused meanwhile, which opens the circuit',
    write: (table, flow) => refuse(table, flow),
    meanwhile: (table, flow) => refuse(table, flow, 'login-2'),
  },
  {
    name: 'recordRefusedLogin',
    situation: 'the second refusal, which opens the circuit',
    before: (table, flow) => refuse(table, flow, 'login-a'),
    write: (table, flow) => refuse(table, flow),
    meanwhile: (table, flow) => refuse(table, flow, 'login-2'),
  },
  {
    name: 'recordRefusedLogin',
    situation: 'and another logs in meanwhile, which closes the circuit',
    write: (table, flow) => refuse(table, flow),
    meanwhile: (table, flow) => circuit.recordLogin(table, { ...loginOf(flow, 'login-2'), version: 'v2' }),
  },
  {
    name: 'claimOpeningNotice',
    before: openCircuit,
    write: (table, flow) => circuit.claimOpeningNotice(table, { ...loginOf(flow), now: overdue }),
    meanwhile: (table, flow) =>
      circuit.claimOpeningNotice(table, { ...loginOf(flow, 'login-2'), now: overdue }),
  },
  {
    name: 'recordOpeningPublished',
    before: openCircuit,
    write: (table, flow) => circuit.recordOpeningPublished(table, loginOf(flow, 'login-b')),
  },
];
