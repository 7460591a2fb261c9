import { describe, expect, it } from 'vitest';
import { flowIdSchema, partnerIdSchema } from '../../../../lambdas/contract/ids.ts';
import type { FlowName } from '../../../../lambdas/ledger/keys.ts';
import { ledgerItems } from '../../../support/stored/ledger-items.ts';
import { useTable } from '../test-table.ts';
import { functionsOfTheTable } from './exported-functions.ts';
import { losingAnswers } from './lost-answers.ts';
import type { WriteCase } from './write-case.ts';
import { writeCases } from './write-cases.ts';

const ledger = useTable();

/** The functions that only read. */
const reads = [
  ...['filesRemainingBefore', 'findBigUpload', 'findPause', 'findRunByOwner', 'flowAuditEntries'],
  ...['flowStates', 'knownFiles', 'latestRuns', 'latestRunsEventually', 'leaseHolder', 'listDeliveries'],
  ...[
    'listPauses',
    'listRuns',
    'openFiles',
    'openIssues',
    'findFlowEntry',
    'scanFlowEntries',
    'provenCapabilities',
    'readArrivals',
  ],
  ...['readBudget', 'readCircuit', 'readDelivery', 'readDirectory', 'readKnownServer', 'readOpenAlerts'],
  ...['readOpenCircuit', 'readRun', 'slotsInUse', 'transferRate'],
];

it('Each function of the table is a read, or a write that is tested here', async () => {
  const written = new Set(writeCases.map(({ name }) => name));

  expect(await functionsOfTheTable()).toEqual([...reads, ...written].toSorted());
});

describe('a write whose first answer is lost has the result and leaves the items of one that is answered', () => {
  it.each(writeCases.map((each) => ({ situation: '', ...each })))('$name $situation', async (writeCase) => {
    const answered = newPartnerFlow();
    const lost = newPartnerFlow();

    const expected = await writeAnswered(writeCase, answered);
    const actual = await writeUnanswered(writeCase, lost);

    expect(actual.lost).toBeGreaterThan(0);
    expect(comparable(actual.result, lost)).toEqual(comparable(expected, answered));
    expect(await itemsOf(lost)).toEqual(await itemsOf(answered));
  });
});

let partners = 0;

/** A flow of a partner that no other test has. */
function newPartnerFlow(): FlowName {
  partners += 1;
  return { partner: partnerIdSchema.parse(`lost-${partners}-x`), flow: flowIdSchema.parse('in') };
}

async function writeAnswered({ before, write, meanwhile }: WriteCase, flow: FlowName): Promise<unknown> {
  await before?.(ledger.table, flow);
  const result = await write(ledger.table, flow);
  await meanwhile?.(ledger.table, flow);
  return result;
}

async function writeUnanswered({ before, write, meanwhile }: WriteCase, flow: FlowName) {
  await before?.(ledger.table, flow);
  return losingAnswers(
    ledger.table,
    () => write(ledger.table, flow),
    async () => meanwhile?.(ledger.table, flow),
  );
}

async function itemsOf(flow: FlowName): Promise<unknown> {
  const items = await ledgerItems(ledger.table, ({ pk }) => pk.split('#')[1] === flow.partner);
  return comparable(items, flow);
}

/** The same for each flow: without its name, and without what is random. */
function comparable(value: unknown, { partner }: FlowName): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value)
    .replaceAll(partner, '<partner>')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/(AUDIT#[^#"]*)#[0-9a-f]{8}/g, '$1#<random>');
  return JSON.parse(text);
}
