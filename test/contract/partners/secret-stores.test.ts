import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { serveAwsJson } from '../../../cli/local/endpoint/aws-json.ts';
import { ServiceFault } from '../../../cli/local/endpoint/service-fault.ts';
import { secretsManager } from '../../../cli/secret-stores.ts';

/** Secrets Manager as far as it is asked: secrets, and what it refuses. */
const secrets = new Map<string, string>();
const refusals = new Set<string>();
const calls: string[] = [];

const named = z.looseObject({ SecretId: z.string(), SecretString: z.string().optional() });
const created = z.looseObject({ Name: z.string(), SecretString: z.string() });
const operations = {
  GetSecretValue: answered('GetSecretValue', (body) => ({
    SecretString: present(named.parse(body).SecretId),
  })),
  PutSecretValue: answered('PutSecretValue', (body) => {
    const { SecretId, SecretString = '' } = named.parse(body);
    present(SecretId);
    secrets.set(SecretId, SecretString);
    return { Name: SecretId };
  }),
  CreateSecret: answered('CreateSecret', (body) => {
    const { Name, SecretString } = created.parse(body);
    secrets.set(Name, SecretString);
    return { Name };
  }),
};

function answered(name: string, answer: (body: unknown) => object) {
  return (body: unknown) => {
    calls.push(name);
    if (refusals.has(name)) throw new ServiceFault('AccessDeniedException', 'You are not authorized.');
    return answer(body);
  };
}

function present(name: string): string {
  const text = secrets.get(name);
  if (text === undefined) throw new ServiceFault('ResourceNotFoundException', 'There is no such secret.');
  return text;
}

const server = createServer((request, response) => {
  const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
  void serveAwsJson(request, response, { service, operation, operations });
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${address.port}`);
  vi.stubEnv('AWS_REGION', 'eu-south-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
beforeEach(() => {
  secrets.clear();
  refusals.clear();
  calls.length = 0;
});

test('A secret that is there gets another version', async () => {
  secrets.set('acme', 'before');

  await secretsManager().put('acme', 'after');

  expect(await secretsManager().get('acme')).toBe('after');
  expect(calls).toEqual(['PutSecretValue', 'GetSecretValue']);
});

test('A secret that is not there is made', async () => {
  const before = await secretsManager().get('acme');

  await secretsManager().put('acme', 'first');

  expect([before, secrets.get('acme')]).toEqual([undefined, 'first']);
});

test.each([
  ['read', 'GetSecretValue'],
  ['write', 'PutSecretValue'],
])('Who may not %s it is told so, without the secret', async (what, operation) => {
  secrets.set('acme', 'before');
  refusals.add(operation);
  const store = secretsManager();

  const asking = what === 'read' ? store.get('acme') : store.put('acme', 'hunter2');

  await expect(asking).rejects.toThrow(
    `Secrets Manager did not let us ${what} the secret 'acme': You are not authorized.`,
  );
});
