import { expect, it } from 'vitest';
import { readCircuit } from '../../../lambdas/ledger/connection/circuit.ts';
import { SecretCache } from '../../../lambdas/partners/secret-cache.ts';
import { testPassword, testUser } from '../../support/partner/test-partner.ts';
import { useTable } from '../ledger/test-table.ts';
import { never, PartnerFixture } from './partner-fixture.ts';

const ledger = useTable();

/**
 * A function that caches its partner's secret between invocations, and counts how often it reads the store.
 */
async function startFunction() {
  const users = { [testUser]: testPassword };
  const partner = await PartnerFixture.start(() => ledger.table, 3, { users });
  const store = partner.dependencies().readCredentials;
  const reads = { count: 0 };
  const cache = new SecretCache((name) => {
    reads.count += 1;
    return store(name);
  }, Date.now);
  /** Another invocation of the same function. */
  const invocation = () =>
    partner.worker({ readCredentials: (name, age = 'fresh') => cache.get(name, age) }).open('first', never);
  /** Changes the password at the partner and in the secret. */
  const rotate = (password: string) => {
    users[testUser] = password;
    partner.password = password;
  };
  return { partner, reads, invocation, rotate };
}

it('A function that has logged in does not read the secret again', async () => {
  const { reads, invocation } = await startFunction();
  await (await invocation())?.close();
  const before = reads.count;

  for (let times = 0; times < 3; times++) await (await invocation())?.close();

  expect(reads.count).toBe(before);
});

it('A changed password costs one refused login, which is not counted', async () => {
  const { partner, invocation, rotate } = await startFunction();
  await (await invocation())?.close();
  rotate('another-password');
  const before = partner.logins;

  const session = await invocation();

  expect(session).toBeDefined();
  expect(partner.logins - before).toBe(2);
  expect((await readCircuit(partner.table, partner.name)).refused).toBeUndefined();
});

it('A function with the refused password in its cache notices a new one at once', async () => {
  const { partner, invocation, rotate } = await startFunction();
  partner.password = 'wrong';
  await Promise.allSettled([invocation(), invocation()]);
  const refused = partner.logins;
  rotate('another-password');

  const session = await invocation();

  expect(session).toBeDefined();
  expect(partner.logins - refused).toBe(1);
});

it('An open circuit stays open for a function with a cached secret, and nothing is sent to the server', async () => {
  const { partner, invocation } = await startFunction();
  partner.password = 'wrong';
  await Promise.allSettled([invocation(), invocation()]);
  const commands = partner.server.log.length;

  await expect(invocation()).rejects.toMatchObject({ kind: 'circuit-open' });

  expect(partner.server.log.length).toBe(commands);
});
