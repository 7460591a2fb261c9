import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { readCircuit } from '../../../lambdas/ledger/connection/circuit.ts';
import { type Budget, readBudget } from '../../../lambdas/ledger/connection/connection-budget.ts';
import { functionPids, noProc } from '../../support/functions/function-pids.ts';
import {
  type FlowSettings,
  secretOf,
  startTestPartner,
  type TestPartner,
  testPassword,
  testUser,
} from '../../support/partner/test-partner.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { type LedgerItem, ledgerItems } from '../../support/stored/ledger-items.ts';
import { waitUntil } from '../../support/wait-until.ts';

const six = ['one', 'two', 'three', 'four', 'five', 'six'];
const pulls: Readonly<Record<string, FlowSettings>> = Object.fromEntries(six.map((name) => [name, {}]));
const filesPerFlow = 12;

const exactlyThree = { server: { maxConnections: 3 }, connection: { maxConnections: 3 } };

const narrow = await startTestPartner('narrow', { ...exactlyThree, flows: pulls });
const mixed = await startTestPartner('mixed', {
  ...exactlyThree,
  flows: { one: {}, two: {}, out: { direction: 'push' }, more: { direction: 'push' } },
});
const single = await startTestPartner('single', {
  server: { maxConnections: 1 },
  connection: { maxConnections: 1 },
});
const locked = await startTestPartner('locked', {
  flows: pulls,
  connection: { maxConnections: 3 },
  login: { user: testUser, password: 'wrong-horse' },
});
const all = [narrow, mixed, single, locked];
const { flow, push, stage, dataFolder, secretsFile } = await startTestStage(all);

function seed({ tree }: TestPartner, flows: readonly string[]): void {
  for (const name of flows) {
    for (let number = 1; number <= filesPerFlow; number++) {
      tree.put(`/${name}/${number % 3}/${number}.csv`, { content: `${name} ${number}` });
    }
  }
}

function budgetOf({ name }: TestPartner): Promise<Budget> {
  return readBudget(stage.table, flow(name).partner);
}

function slotsOf({ name }: TestPartner): Promise<readonly LedgerItem[]> {
  return ledgerItems(stage.table, ({ pk, sk }) => pk === `P#${name}` && sk.startsWith('SLOT#'));
}

function passwordsAt({ server }: TestPartner): number {
  return server.log.filter(({ command }) => command === 'PASS').length;
}

test('Six concurrent flows of a partner with three connections all finish without a refused session', async () => {
  seed(narrow, six);

  const runs = await Promise.all(six.map((name) => flow('narrow', name).pull()));

  expect(runs.map(({ report }) => [report.status, report.transferred])).toEqual(
    six.map(() => ['succeeded', filesPerFlow]),
  );
  expect(narrow.server.sessions.peak).toBeLessThanOrEqual(3);
  expect((await budgetOf(narrow)).lowered).toBeUndefined();
});

test('A run releases its slots when it ends', async () => {
  expect((await slotsOf(narrow)).filter(({ holder }) => holder !== undefined)).toEqual([]);
});

test('Concurrent pulls and pushes share the connections of their partner', async () => {
  seed(mixed, ['one', 'two']);
  const names = Array.from({ length: filesPerFlow }, (_, number) => `${number}.csv`);
  const puts = ['out', 'more'].flatMap((each) => names.map((name) => push('mixed', each).put(name, name)));

  const runs = await Promise.all(['one', 'two'].map((name) => flow('mixed', name).pull()));
  await Promise.all(puts);
  const delivered = await waitUntil({
    what: 'all files are delivered',
    check: async () => {
      const paths = await Promise.all(['out', 'more'].map((each) => mixed.tree.list(`/${each}`)));
      const count = paths.flatMap((each) => [...each]).filter(({ name }) => names.includes(name)).length;
      return count === 2 * filesPerFlow && count;
    },
  });

  expect(runs.map(({ report }) => report.status)).toEqual(['succeeded', 'succeeded']);
  expect(delivered).toBe(2 * filesPerFlow);
  expect(mixed.server.sessions.peak).toBeLessThanOrEqual(3);
  expect((await budgetOf(mixed)).lowered).toBeUndefined();
});

test('The slot of a killed worker expires, and its run continues', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  seed(single, ['files']);
  const release = Promise.withResolvers<void>();
  single.server.fault({
    on: 'RETR',
    times: 1,
    do: { kind: 'beforehand', change: () => release.promise },
  });
  const pulling = flow('single').pull();
  await waitUntil({
    what: 'a transfer has begun',
    check: () => single.server.log.some(({ command }) => command === 'RETR'),
  });
  const killed = functionPids({ dataFolder, step: 'transfer-batch' });
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  release.resolve();
  const [remaining] = await waitUntil({
    what: 'the slot of the killed worker remains',
    check: async () => {
      const held = (await slotsOf(single)).filter(({ holder }) => holder !== undefined);
      return held.length > 0 && held;
    },
  });

  await expireSlot(remaining);
  const { report } = await pulling;

  expect(killed).not.toEqual([]);
  expect(report).toMatchObject({ status: 'succeeded', transferred: filesPerFlow });
  expect(single.server.sessions.peak).toBe(1);
});

test('Six concurrent flows with a wrong password try it twice, then the circuit is open', async () => {
  const runs = await Promise.all(six.map((name) => flow('locked', name).pull()));

  const errors = runs.map(({ cause }) => cause?.error);
  expect(passwordsAt(locked)).toBe(2);
  expect(errors.toSorted()).toEqual([...Array(4).fill('circuit-open'), ...Array(2).fill('login-refused')]);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(six.map(() => 5));
});

test('While the circuit is open no run connects, and each reports until when', async () => {
  const before = locked.server.log.length;

  const { exitCode, cause } = await flow('locked', 'one').pull();

  const { refused } = await readCircuit(stage.table, flow('locked', 'one').partner);
  expect(exitCode).toBe(5);
  expect(cause?.error).toBe('circuit-open');
  expect(cause?.message).toContain(new Date(refused?.openUntilMs ?? 0).toISOString());
  expect(locked.server.log.length).toBe(before);
});

test('A new secret closes the circuit at once', async () => {
  const login = { user: testUser, password: testPassword };
  const logins = all.map(({ name }) => [secretOf(name), login]);
  await writeFile(secretsFile, JSON.stringify(Object.fromEntries(logins)));

  const runs = await Promise.all(six.map((name) => flow('locked', name).pull()));

  expect(runs.map(({ report }) => report.status)).toEqual(six.map(() => 'succeeded'));
});

/**
 * Expires the lease of a slot, like a minute without a renewal. Waits first for a renewal that may be in
 * progress.
 */
async function expireSlot(slot: LedgerItem | undefined): Promise<void> {
  await sleep(100);
  await stage.table.client.send(
    new UpdateCommand({
      TableName: stage.table.name,
      Key: { pk: slot?.pk, sk: slot?.sk },
      UpdateExpression: 'SET untilMs = :past',
      ConditionExpression: 'holder = :holder',
      ExpressionAttributeValues: { ':past': 0, ':holder': slot?.holder },
    }),
  );
}
