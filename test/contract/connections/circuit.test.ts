import { expect, it } from 'vitest';
import { readCircuit } from '../../../lambdas/ledger/circuit.ts';
import { useTable } from '../ledger/test-table.ts';
import { never, PartnerScene } from './partner-scene.ts';

const ledger = useTable();
const start = (maxConnections = 3) => PartnerScene.start(() => ledger.table, maxConnections);

const kindsOf = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
  outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'logged in' : String(outcome.reason?.kind)));

it('A wrong password is tried twice at most, however many workers have it at once', async () => {
  const scene = await start();
  scene.password = 'wrong';

  const outcomes = await Promise.allSettled(
    [1, 2, 3, 4, 5, 6].map(() => scene.worker().open('first', never)),
  );

  expect(scene.logins).toBe(2);
  expect(kindsOf(outcomes).toSorted()).toEqual([
    ...Array(4).fill('circuit-open'),
    ...Array(2).fill('login-refused'),
  ]);
});

it('An open circuit keeps everybody from connecting, and says since when, why, until when and what closes it', async () => {
  const scene = await start();
  scene.password = 'wrong';
  await Promise.allSettled([1, 2].map(() => scene.worker().open('first', never)));
  const connected = scene.server.log.length;

  const error = await scene
    .worker()
    .open('first', never)
    .catch((reason: unknown) => reason);

  const { refused } = await readCircuit(scene.table, scene.name);
  const since = new Date(refused?.firstAtMs ?? 0).toISOString();
  const end = new Date(refused?.openUntilMs ?? 0).toISOString();
  expect(scene.server.log.length).toBe(connected);
  expect(error).toMatchObject({
    kind: 'circuit-open',
    message: expect.stringMatching(
      new RegExp(`since ${since} the login was refused 2 times .*530 Login incorrect.* before ${end}`),
    ),
  });
  expect(String(error)).toContain('a new version of it closes the circuit');
  expect(String(error)).not.toContain('wrong');
});

it('The opening is told once, with what a person needs to act', async () => {
  const scene = await start();
  scene.password = 'wrong';

  await Promise.allSettled([1, 2, 3, 4].map(() => scene.worker().open('first', never)));

  expect(scene.told).toEqual([
    {
      partner: scene.name,
      host: '127.0.0.1',
      secret: `ftps-sync/${scene.name}`,
      refusals: 2,
      since: expect.any(String),
      until: expect.any(String),
      message: expect.stringContaining('530 Login incorrect.'),
    },
  ]);
});

it('That the opening cannot be told hides nothing: the login is refused, and the circuit open', async () => {
  const scene = await start();
  scene.password = 'wrong';
  const tellCircuitOpened = () => Promise.reject(new Error('no bus'));
  const open = () => scene.worker({ tellCircuitOpened }).open('first', never);

  const outcomes = await Promise.allSettled([open(), open(), open()]);

  expect(kindsOf(outcomes).toSorted()).toEqual(['circuit-open', 'login-refused', 'login-refused']);
});

it('Another version of the secret closes the circuit at once', async () => {
  const scene = await start();
  const right = scene.password;
  scene.password = 'wrong';
  await Promise.allSettled([1, 2].map(() => scene.worker().open('first', never)));
  scene.password = right;

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => scene.worker().open('first', never)));

  expect(kindsOf(outcomes)).toEqual(['logged in', 'logged in', 'logged in']);
  expect(await readCircuit(scene.table, scene.name)).toMatchObject({ refused: undefined });
});

it('When its time is over, one trial is let through, and a success closes it for all', async () => {
  const scene = await start();
  const right = scene.password;
  const end = scene.server.fault({ on: 'PASS', do: { kind: 'reply', code: 530, text: 'Login incorrect.' } });
  await Promise.allSettled([1, 2].map(() => scene.worker().open('first', never)));
  end();
  scene.aheadMs = 15 * 60_000;

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => scene.worker().open('first', never)));

  expect(scene.password).toBe(right);
  expect(kindsOf(outcomes)).toEqual(['logged in', 'logged in', 'logged in']);
});

it('When its time is over and the password still wrong, one login is tried, and the next comes an hour later', async () => {
  const scene = await start();
  scene.password = 'wrong';
  await Promise.allSettled([1, 2].map(() => scene.worker().open('first', never)));
  scene.aheadMs = 15 * 60_000;

  const outcomes = await Promise.allSettled([1, 2, 3].map(() => scene.worker().open('first', never)));
  scene.aheadMs += 59 * 60_000;
  const late = await Promise.allSettled([scene.worker().open('first', never)]);

  expect(scene.logins).toBe(3);
  expect(kindsOf([...outcomes, ...late]).toSorted()).toEqual([
    ...Array(3).fill('circuit-open'),
    'login-refused',
  ]);
});

it('A worker with the old password reads the secret again before it tries a version that is not proven', async () => {
  const scene = await start();
  const right = scene.password;
  scene.password = 'old';
  const worker = scene.worker();
  // It reads the secret, and does not get as far as a login.
  scene.server.fault({ on: 'connect', times: 1, do: { kind: 'cut-control', when: 'before' } });
  await worker.open('first', never).catch(() => undefined);
  scene.password = right;

  const session = await worker.open('first', never);

  expect(session?.lost).toBe(false);
  expect(scene.logins).toBe(1);
});

it('A refused login is tried once more at once where the secret has changed meanwhile', async () => {
  const scene = await start();
  const right = scene.password;
  scene.password = 'old';
  scene.server.fault({
    on: 'PASS',
    times: 1,
    do: { kind: 'beforehand', change: () => (scene.password = right) },
  });

  const session = await scene.worker().open('first', never);

  expect(session?.lost).toBe(false);
  expect(scene.logins).toBe(2);
  expect((await readCircuit(scene.table, scene.name)).refused).toBeUndefined();
});

it('A login that ends without a verdict leaves the trial to the next', async () => {
  const scene = await start();
  scene.server.fault({ on: 'PASS', times: 1, do: { kind: 'cut-control', when: 'before' } });
  await scene
    .worker()
    .open('first', never)
    .catch(() => undefined);

  const session = await scene.worker().open('first', never);

  expect(session?.lost).toBe(false);
});

it('A password that has logged in is not tried one by one any more', async () => {
  const scene = await start();
  await scene.worker().open('first', never);
  const { provenVersion } = await readCircuit(scene.table, scene.name);
  const written = await Promise.all([
    scene.worker().open('first', never),
    scene.worker().open('first', never),
  ]);

  expect(provenVersion).toBeDefined();
  expect(written.map((session) => session?.lost)).toEqual([false, false]);
});
