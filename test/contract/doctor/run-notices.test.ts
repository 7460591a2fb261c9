import { beforeAll, expect, test } from 'vitest';
import type { TellOfServer } from '../../../lambdas/connections/tell-of-server.ts';
import type { PartnerChanged } from '../../../lambdas/contract/event.ts';
import { flowIdSchema } from '../../../lambdas/contract/ids.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { firstCursor, type Run } from '../../../lambdas/contract/workflow.ts';
import { readKnownServer, recordKnownServer } from '../../../lambdas/ledger/capabilities.ts';
import { takeLease } from '../../../lambdas/ledger/lease.ts';
import { listRemote } from '../../../lambdas/pull/list-remote.ts';
import { testPassword, testUser } from '../../support/stage/test-partner.ts';
import { connectionSystems, endless, tellNobody } from '../../support/test-connections.ts';
import { runOf, useTable } from '../ledger/test-table.ts';
import { useRunsBucket } from '../pull/use-runs-bucket.ts';
import { startPartner } from './doctor-scene.ts';

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
  tells: Partial<TellOfServer> = {},
): Promise<{ readonly done: boolean }> {
  const deadline = { ...endless(), clear: () => undefined };
  const systems = connectionSystems(ledger.table, { user: testUser, password: testPassword });
  return await listRemote(
    { run: await newRun(mode), cursor: firstCursor },
    {
      ...systems,
      deadline,
      runs: bucket.runs,
      readPartner: async () => file,
      tellOfServer: { ...tellNobody, ...tells },
    },
  );
}

/** As if somebody had looked a week ago, when the server had another certificate and could do more. */
async function lookedAtBefore(): Promise<void> {
  const { host, port } = file.connection;
  await recordKnownServer(ledger.table, file.partner, {
    server: `${host}:${port}`,
    seenAt: new Date('2026-11-13T02:15:00Z'),
    traits: { certificate: 'ab'.repeat(32), features: 'COMB MLST REST', listing: 'MLSD' },
    expiresAt: undefined,
  });
}

test('A run tells that the server has another certificate and other features, once, and keeps them', async () => {
  await lookedAtBefore();
  const told: Omit<PartnerChanged, 'stage'>[] = [];
  const changed: TellOfServer['changed'] = async (detail) => void told.push(detail);

  await list('run', { changed });
  await list('run', { changed });

  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ partner: file.partner, since: '2026-11-13T02:15:00.000Z' });
  expect(told[0]?.changes.map(({ what }) => what)).toEqual(['certificate', 'features']);
  expect((await readKnownServer(ledger.table, file.partner))?.traits.listing).toBe('MLSD');
});

test('A plan tells nothing and keeps nothing', async () => {
  await lookedAtBefore();
  const told: object[] = [];

  await list('plan', { changed: async (detail) => void told.push(detail) });

  expect(told).toEqual([]);
  expect((await readKnownServer(ledger.table, file.partner))?.traits.features).toBe('COMB MLST REST');
});

test('A run goes on where nobody could be told', async () => {
  await lookedAtBefore();

  const cursor = await list('run', { changed: () => Promise.reject(new Error('no bus')) });

  expect(cursor.done).toBe(true);
});
