import { expect, it } from 'vitest';
import { readCircuit } from '../../../lambdas/ledger/connection/circuit.ts';
import { noPartnerEvents } from '../../support/test-connections.ts';
import { useTable } from '../ledger/test-table.ts';
import { never, PartnerFixture } from './partner-fixture.ts';

const ledger = useTable();
const start = (maxConnections = 3) => PartnerFixture.start(() => ledger.table, maxConnections);

const kindsOf = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
  outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'logged in' : String(outcome.reason?.kind)));

it('Tries a wrong password at most twice, no matter how many workers have it', async () => {
  const partner = await start();
  partner.password = 'wrong';

  const outcomes = await Promise.allSettled(
    [1, 2, 3, 4, 5, 6].map(() => partner.worker().open('first', never)),
  );

  expect(partner.logins).toBe(2);
  expect(kindsOf(outcomes).toSorted()).toEqual([
    ...Array(4).fill('circuit-open'),
    ...Array(2).fill('login-refused'),
  ]);
});

it('A server that wants an account is no wrong password: no circuit opens, however many workers meet it', async () => {
  const account = { name: 'billing-77', asked: 'after-password' } as const;
  const partner = await PartnerFixture.start(() => ledger.table, 3, { account });

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => partner.worker().open('first', never)));

  expect(kindsOf(outcomes)).toEqual(Array(3).fill('account-required'));
  expect(await readCircuit(partner.table, partner.name)).toMatchObject({ refused: undefined });
});

it('An open circuit prevents connections, and its error says since when, why, until when and what closes it', async () => {
  const partner = await start();
  partner.password = 'wrong';
  await Promise.allSettled([1, 2].map(() => partner.worker().open('first', never)));
  const commands = partner.server.log.length;

  const error = await partner
    .worker()
    .open('first', never)
    .catch((reason: unknown) => reason);

  const { refused } = await readCircuit(partner.table, partner.name);
  const since = new Date(refused?.firstAtMs ?? 0).toISOString();
  const end = new Date(refused?.openUntilMs ?? 0).toISOString();
  expect(partner.server.log.length).toBe(commands);
  expect(error).toMatchObject({
    kind: 'circuit-open',
    message: expect.stringMatching(
      new RegExp(`the login was refused 2 times since ${since} .*530 Login incorrect.* before ${end}`),
    ),
  });
  expect(String(error)).toContain('a new version of the secret closes the circuit');
  expect(String(error)).not.toContain('wrong');
});

it('Publishes the opening once, with what a person needs to act', async () => {
  const partner = await start();
  partner.password = 'wrong';

  await Promise.allSettled([1, 2, 3, 4].map(() => partner.worker().open('first', never)));

  expect(partner.published).toEqual([
    {
      partner: partner.name,
      host: '127.0.0.1',
      secret: `ftps-sync/${partner.name}`,
      refusals: 2,
      since: expect.any(String),
      until: expect.any(String),
      message: expect.stringContaining('530 Login incorrect.'),
    },
  ]);
});

it('Where the opening cannot be published, the login is still refused and the circuit open', async () => {
  const partner = await start();
  partner.password = 'wrong';
  const circuitOpened = () => Promise.reject(new Error('no bus'));
  const partnerEvents = { ...noPartnerEvents, circuitOpened };
  const open = () => partner.worker({ partnerEvents }).open('first', never);

  const outcomes = await Promise.allSettled([open(), open(), open()]);

  expect(kindsOf(outcomes).toSorted()).toEqual(['circuit-open', 'login-refused', 'login-refused']);
});

it('Where the opening could not be published, the next worker that finds the circuit open publishes it', async () => {
  const partner = await start();
  partner.password = 'wrong';
  const circuitOpened = () => Promise.reject(new Error('no bus'));
  const partnerEvents = { ...noPartnerEvents, circuitOpened };
  await Promise.allSettled([1, 2].map(() => partner.worker({ partnerEvents }).open('first', never)));
  partner.aheadMs = 60_000;

  await Promise.allSettled([1, 2, 3].map(() => partner.worker().open('first', never)));

  expect(partner.published).toMatchObject([{ partner: partner.name, refusals: 2 }]);
});

it('A new version of the secret closes the circuit at once', async () => {
  const partner = await start();
  const right = partner.password;
  partner.password = 'wrong';
  await Promise.allSettled([1, 2].map(() => partner.worker().open('first', never)));
  partner.password = right;

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => partner.worker().open('first', never)));

  expect(kindsOf(outcomes)).toEqual(['logged in', 'logged in', 'logged in']);
  expect(await readCircuit(partner.table, partner.name)).toMatchObject({ refused: undefined });
});

it('After its time, a successful trial closes the circuit for all', async () => {
  const partner = await start();
  const right = partner.password;
  const end = partner.server.fault({
    on: 'PASS',
    do: { kind: 'reply', code: 530, text: 'Login incorrect.' },
  });
  await Promise.allSettled([1, 2].map(() => partner.worker().open('first', never)));
  end();
  partner.aheadMs = 15 * 60_000;

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => partner.worker().open('first', never)));

  expect(partner.password).toBe(right);
  expect(kindsOf(outcomes)).toEqual(['logged in', 'logged in', 'logged in']);
});

it('After its time, a refused trial opens the circuit for another hour', async () => {
  const partner = await start();
  partner.password = 'wrong';
  await Promise.allSettled([1, 2].map(() => partner.worker().open('first', never)));
  partner.aheadMs = 15 * 60_000;

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => partner.worker().open('first', never)));
  partner.aheadMs += 59 * 60_000;
  const late = await Promise.allSettled([partner.worker().open('first', never)]);

  expect(partner.logins).toBe(3);
  expect(kindsOf([...outcomes, ...late]).toSorted()).toEqual([
    ...Array(3).fill('circuit-open'),
    'login-refused',
  ]);
});

it('A worker reads the secret again before it tries an unproven version', async () => {
  const partner = await start();
  const right = partner.password;
  partner.password = 'old';
  const worker = partner.worker();
  // It reads the secret, but the connection is cut before the login.
  partner.server.fault({ on: 'connect', times: 1, do: { kind: 'cut-control', when: 'before' } });
  await worker.open('first', never).catch(() => undefined);
  partner.password = right;

  const session = await worker.open('first', never);

  expect(session?.lost).toBe(false);
  expect(partner.logins).toBe(1);
});

it('Retries a refused login at once where the secret has changed in the meantime', async () => {
  const partner = await start();
  const right = partner.password;
  partner.password = 'old';
  partner.server.fault({
    on: 'PASS',
    times: 1,
    do: { kind: 'beforehand', change: () => (partner.password = right) },
  });

  const session = await partner.worker().open('first', never);

  expect(session?.lost).toBe(false);
  expect(partner.logins).toBe(2);
  expect((await readCircuit(partner.table, partner.name)).refused).toBeUndefined();
});

it('A login that ends without a reply leaves the trial to the next worker', async () => {
  const partner = await start();
  partner.server.fault({ on: 'PASS', times: 1, do: { kind: 'cut-control', when: 'before' } });
  await partner
    .worker()
    .open('first', never)
    .catch(() => undefined);

  const session = await partner.worker().open('first', never);

  expect(session?.lost).toBe(false);
});

it('A password that has logged in needs no trial', async () => {
  const partner = await start();
  await partner.worker().open('first', never);
  const { provenVersion } = await readCircuit(partner.table, partner.name);
  const sessions = await Promise.all([
    partner.worker().open('first', never),
    partner.worker().open('first', never),
  ]);

  expect(provenVersion).toBeDefined();
  expect(sessions.map((session) => session?.lost)).toEqual([false, false]);
});
