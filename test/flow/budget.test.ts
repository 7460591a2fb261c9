import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { readCircuit } from '../../lambdas/ledger/circuit.ts';
import { type Budget, readBudget } from '../../lambdas/ledger/connection-limit.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { type LedgerItem, ledgerItems } from '../support/stage/ledger-items.ts';
import {
  type FlowSettings,
  secretOf,
  startTestPartner,
  type TestPartner,
  testPassword,
  testUser,
} from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';
import { until } from '../support/stage/until.ts';

const six = ['one', 'two', 'three', 'four', 'five', 'six'];
const pulls: Readonly<Record<string, FlowSettings>> = Object.fromEntries(six.map((name) => [name, {}]));
const filesPerFlow = 12;
/** Six flows wait for each other, on a machine that may be busy with more. */
const patience = { timeout: 180_000 };

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

test(
  'Six flows at once of a partner with three connections all finish, and never meet a full server',
  patience,
  async () => {
    seed(narrow, six);

    const runs = await Promise.all(six.map((name) => flow('narrow', name).pull()));

    expect(runs.map(({ report }) => [report.status, report.transferred])).toEqual(
      six.map(() => ['succeeded', filesPerFlow]),
    );
    expect(narrow.server.sessions.peak).toBeLessThanOrEqual(3);
    expect((await budgetOf(narrow)).lowered).toBeUndefined();
  },
);

test('What a run held is given back when it has ended', async () => {
  expect((await slotsOf(narrow)).filter(({ holder }) => holder !== undefined)).toEqual([]);
});

test('Pulls and pushes at once share the connections of their partner', patience, async () => {
  seed(mixed, ['one', 'two']);
  const names = Array.from({ length: filesPerFlow }, (_, number) => `${number}.csv`);
  const puts = ['out', 'more'].flatMap((each) => names.map((name) => push('mixed', each).put(name, name)));

  const runs = await Promise.all(['one', 'two'].map((name) => flow('mixed', name).pull()));
  await Promise.all(puts);
  const delivered = await until('all is delivered', async () => {
    const paths = await Promise.all(['out', 'more'].map((each) => mixed.tree.list(`/${each}`)));
    const count = paths.flatMap((each) => [...each]).filter(({ name }) => names.includes(name)).length;
    return count === 2 * filesPerFlow ? count : undefined;
  });

  expect(runs.map(({ report }) => report.status)).toEqual(['succeeded', 'succeeded']);
  expect(delivered).toBe(2 * filesPerFlow);
  expect(mixed.server.sessions.peak).toBeLessThanOrEqual(3);
  expect((await budgetOf(mixed)).lowered).toBeUndefined();
});

test('The slot of a worker that was killed comes free, and its run goes on', patience, async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  seed(single, ['files']);
  const release = Promise.withResolvers<void>();
  single.server.fault({
    on: 'RETR',
    times: 1,
    do: { kind: 'beforehand', change: () => release.promise },
  });
  const pulling = flow('single').pull();
  await until('a file is on its way', () =>
    single.server.log.some(({ command }) => command === 'RETR') ? true : undefined,
  );
  const killed = functionPids({ dataFolder, step: 'transfer-batch' });
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  release.resolve();
  const [left] = await until('its slot is left', async () => {
    const held = (await slotsOf(single)).filter(({ holder }) => holder !== undefined);
    return held.length > 0 ? held : undefined;
  });

  await lapse(left);
  const { report } = await pulling;

  expect(killed).not.toEqual([]);
  expect(report).toMatchObject({ status: 'succeeded', transferred: filesPerFlow });
  expect(single.server.sessions.peak).toBe(1);
});

test(
  'A wrong password that six flows have at once is tried twice at most, and then the circuit is open',
  patience,
  async () => {
    const runs = await Promise.all(six.map((name) => flow('locked', name).pull()));

    const faults = runs.map(({ problem }) => problem?.fault);
    expect(passwordsAt(locked)).toBe(2);
    expect(faults.toSorted()).toEqual([...Array(4).fill('circuit-open'), ...Array(2).fill('login-refused')]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual(six.map(() => 5));
  },
);

test('While the circuit is open nobody connects, and whoever asks is told until when', async () => {
  const before = locked.server.log.length;

  const { exitCode, problem } = await flow('locked', 'one').pull();

  const { refused } = await readCircuit(stage.table, flow('locked', 'one').partner);
  expect(exitCode).toBe(5);
  expect(problem?.fault).toBe('circuit-open');
  expect(problem?.message).toContain(new Date(refused?.openUntilMs ?? 0).toISOString());
  expect(locked.server.log.length).toBe(before);
});

test('A new secret closes the circuit at once', patience, async () => {
  const login = { user: testUser, password: testPassword };
  const logins = all.map(({ name }) => [secretOf(name), login]);
  await writeFile(secretsFile, JSON.stringify(Object.fromEntries(logins)));

  const runs = await Promise.all(six.map((name) => flow('locked', name).pull()));

  expect(runs.map(({ report }) => report.status)).toEqual(six.map(() => 'succeeded'));
});

/** Lets the lease of a slot run out, as a minute would. It waits for a renewal that may be under way. */
async function lapse(slot: LedgerItem | undefined): Promise<void> {
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
