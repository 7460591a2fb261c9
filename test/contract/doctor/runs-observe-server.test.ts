import { beforeAll, expect, test } from 'vitest';
import type { PartnerEvents } from '../../../lambdas/connections/partner-events.ts';
import type { PartnerChanged } from '../../../lambdas/contract/events/event.ts';
import { flowIdSchema } from '../../../lambdas/contract/ids.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import { firstCursor, type Run } from '../../../lambdas/contract/workflow.ts';
import {
  readKnownServer,
  recordKnownServer,
} from '../../../lambdas/ledger/connection/server-capabilities.ts';
import { takeLease } from '../../../lambdas/ledger/runs/lease.ts';
import { listRemote } from '../../../lambdas/pull/list-remote/list-remote.ts';
import { testPassword, testUser } from '../../support/partner/test-partner.ts';
import { connectionDependencies, endless, noPartnerEvents } from '../../support/test-connections.ts';
import { runOf, useTable } from '../ledger/test-table.ts';
import { useRunsBucket } from '../pull/use-runs-bucket.ts';
import { startPartner } from './doctor-fixture.ts';

const ledger = useTable();
const bucket = useRunsBucket();
let file: PartnerFile;
let minutes = 0;

beforeAll(async () => {
  file = partnerFileSchema.parse((await startPartner()).document);
});

async function newRun(mode: Run['mode']): Promise<Run> {
  minutes += 1;
  const flowName = { partner: file.partner, flow: flowIdSchema.parse('files') };
  const owner = 'the test';
  const lease = await takeLease(ledger.table, { flowName, owner, now: new Date(), deadOwner: owner });
  if (lease.kind !== 'taken') throw new Error('The lease is not free');
  return { ...runOf(flowName, minutes, { owner, fence: lease.fence }), mode };
}

async function list(
  mode: Run['mode'],
  events: Partial<PartnerEvents> = {},
): Promise<{ readonly done: boolean }> {
  const deadline = { ...endless(), clear: () => undefined };
  const dependencies = connectionDependencies(ledger.table, { user: testUser, password: testPassword });
  return await listRemote(
    { run: await newRun(mode), cursor: firstCursor },
    {
      ...dependencies,
      deadline,
      runs: bucket.runs,
      readPartner: async () => file,
      partnerEvents: { ...noPartnerEvents, ...events },
    },
  );
}

/** Records another certificate and more features, as if observed a week ago. */
async function recordOlderServer(): Promise<void> {
  const { host, port } = file.connection;
  await recordKnownServer(ledger.table, file.partner, {
    server: `${host}:${port}`,
    seenAt: new Date('2026-11-13T02:15:00Z'),
    traits: { certificate: 'ab'.repeat(32), features: 'COMB MLST REST', listing: 'MLSD' },
    expiresAt: undefined,
  });
}

test('A run publishes a changed certificate and changed features once, and remembers them', async () => {
  await recordOlderServer();
  const published: Omit<PartnerChanged, 'stage'>[] = [];
  const changed: PartnerEvents['changed'] = async (detail) => void published.push(detail);

  await list('run', { changed });
  await list('run', { changed });

  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ partner: file.partner, since: '2026-11-13T02:15:00.000Z' });
  expect(published[0]?.changes.map(({ what }) => what)).toEqual(['certificate', 'features']);
  expect((await readKnownServer(ledger.table, file.partner))?.traits.listing).toBe('MLSD');
});

test('A plan publishes and remembers nothing', async () => {
  await recordOlderServer();
  const published: object[] = [];

  await list('plan', { changed: async (detail) => void published.push(detail) });

  expect(published).toEqual([]);
  expect((await readKnownServer(ledger.table, file.partner))?.traits.features).toBe('COMB MLST REST');
});

test('A run continues where the event cannot be published', async () => {
  await recordOlderServer();

  const cursor = await list('run', { changed: () => Promise.reject(new Error('no bus')) });

  expect(cursor.done).toBe(true);
});
