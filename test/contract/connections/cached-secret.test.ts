import { expect, it } from 'vitest';
import { readCircuit } from '../../../lambdas/ledger/circuit.ts';
import { SecretCache } from '../../../lambdas/partners/secret-cache.ts';
import { testPassword, testUser } from '../../support/stage/test-partner.ts';
import { useTable } from '../ledger/test-table.ts';
import { never, PartnerScene } from './partner-scene.ts';

const ledger = useTable();

/** A partner, and a function that keeps its secret from one invocation to the next; counts how often the store is asked. */
async function startKeeping() {
  const users = { [testUser]: testPassword };
  const scene = await PartnerScene.start(() => ledger.table, 3, { users });
  const store = scene.systems().readCredentials;
  const asked = { times: 0 };
  const cache = new SecretCache((name) => {
    asked.times += 1;
    return store(name);
  }, Date.now);
  /** A later invocation of the same function, after it read what the secret held then. */
  const invocation = () =>
    scene.worker({ readCredentials: (name, age = 'fresh') => cache.get(name, age) }).open('first', never);
  /** The partner takes another password from now on, and the secret holds it. */
  const rotate = (password: string) => {
    users[testUser] = password;
    scene.password = password;
  };
  return { scene, asked, invocation, rotate };
}

it('A function that has logged in asks for the secret no more', async () => {
  const { asked, invocation } = await startKeeping();
  await (await invocation())?.close();
  const before = asked.times;

  for (let times = 0; times < 3; times++) await (await invocation())?.close();

  expect(asked.times).toBe(before);
});

it('A password that was changed costs one refused login, which is not counted', async () => {
  const { scene, invocation, rotate } = await startKeeping();
  await (await invocation())?.close();
  rotate('another-password');
  const before = scene.logins;

  const session = await invocation();

  expect(session).toBeDefined();
  expect(scene.logins - before).toBe(2);
  expect((await readCircuit(scene.table, scene.name)).refused).toBeUndefined();
});

it('A function that keeps the refused password sees at once that the secret has another', async () => {
  const { scene, invocation, rotate } = await startKeeping();
  scene.password = 'wrong';
  await Promise.allSettled([invocation(), invocation()]);
  const refused = scene.logins;
  rotate('another-password');

  const session = await invocation();

  expect(session).toBeDefined();
  expect(scene.logins - refused).toBe(1);
});

it('An open circuit stays open for a function that keeps the secret, and the server is left alone', async () => {
  const { scene, invocation } = await startKeeping();
  scene.password = 'wrong';
  await Promise.allSettled([invocation(), invocation()]);
  const connected = scene.server.log.length;

  await expect(invocation()).rejects.toMatchObject({ kind: 'circuit-open' });

  expect(scene.server.log.length).toBe(connected);
});
