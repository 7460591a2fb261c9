import { expect, it } from 'vitest';
import { LoginGate } from '../../../lambdas/connections/login-gate.ts';
import type { FtpsErrorKind } from '../../../lambdas/core/connection/ftps-error-kind.ts';
import { FtpsError } from '../../../lambdas/ftps/ftps-error.ts';
import type { Session } from '../../../lambdas/ftps/session/session.ts';
import { readCircuit, recordLogin, recordRefusedLogin } from '../../../lambdas/ledger/connection/circuit.ts';
import { useTable } from '../ledger/test-table.ts';
import { PartnerFixture } from './partner-fixture.ts';

const ledger = useTable();
const start = () => PartnerFixture.start(() => ledger.table, 4);
const go = async () => undefined;
/** The gate only passes it on. */
const session = {} as Session;

function failed(kind: FtpsErrorKind): FtpsError {
  return new FtpsError({ kind, attempt: 'logging in at', target: 'the partner', answer: '530 No.' });
}

it('A refused login counts, so that the next one opens the circuit instead of locking the account', async () => {
  const partner = await start();
  const gate = new LoginGate(partner.file, partner.dependencies());
  const open = async () => {
    throw failed('login-refused');
  };

  await expect(gate.login(open, go)).rejects.toMatchObject({ kind: 'login-refused' });

  const { refused } = await readCircuit(partner.table, partner.name);
  expect(refused).toMatchObject({ count: 1, message: '530 No.' });
});

it('A login without an answer leaves the trial to the next worker at once', async () => {
  const partner = await start();
  const gate = new LoginGate(partner.file, partner.dependencies());
  const open = async () => {
    throw failed('connection-lost');
  };

  await expect(gate.login(open, go)).rejects.toMatchObject({ kind: 'connection-lost' });

  const { trialBy, refused } = await readCircuit(partner.table, partner.name);
  expect([trialBy, refused]).toEqual([undefined, undefined]);
});

it('Of five workers with a new password, one tries it at a time', async () => {
  const partner = await start();
  const gates = Array.from({ length: 5 }, () => new LoginGate(partner.file, partner.dependencies()));
  let trying = 0;
  let most = 0;
  const open = async () => {
    trying += 1;
    most = Math.max(most, trying);
    await readCircuit(partner.table, partner.name);
    trying -= 1;
    throw failed('connection-lost');
  };

  await Promise.allSettled(gates.map((gate) => gate.login(open, go)));

  expect(most).toBe(1);
});

it('A password that is unproven only because it was cached is read again before it is tried', async () => {
  const partner = await start();
  const dependencies = partner.dependencies();
  const readCredentials: typeof dependencies.readCredentials = async (name, age = 'cached') => {
    const { credentials } = await dependencies.readCredentials(name, age);
    return { credentials: { ...credentials, password: age }, versionId: age };
  };
  const tried: string[] = [];
  const open = async ({ password }: { readonly password: string }) => {
    tried.push(password);
    throw failed('connection-lost');
  };
  const gate = new LoginGate(partner.file, { ...dependencies, readCredentials });

  await expect(gate.login(open, go)).rejects.toMatchObject({ kind: 'connection-lost' });

  expect(tried).toEqual(['fresh']);
});

it.each([
  ['closes the circuit of a wrong one', 'proven', 'proven', undefined],
  ['leaves it open where it was only cached', 'proven', 'wrong', { version: 'wrong', count: 2 }],
])('A login with the earlier secret %s', async (_, used, current, refused) => {
  const partner = await start();
  const { file } = partner;
  const dependencies = partner.dependencies();
  const { table } = dependencies;
  const now = dependencies.now();
  await recordLogin(table, { id: 'first', partner: file.partner, version: 'proven' });
  for (const id of ['second', 'third'])
    await recordRefusedLogin(table, { id, partner: file.partner, version: 'wrong', now }, '530 No.');
  const readCredentials: typeof dependencies.readCredentials = async (name, age = 'cached') => {
    const { credentials } = await dependencies.readCredentials(name, age);
    return { credentials, versionId: age === 'fresh' ? current : used };
  };
  const gate = new LoginGate(file, { ...dependencies, readCredentials });

  await gate.login(async () => session, go);

  expect((await readCircuit(table, file.partner)).refused).toEqual(
    refused === undefined ? undefined : expect.objectContaining(refused),
  );
});
