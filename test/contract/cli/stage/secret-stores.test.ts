import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { secretsManager } from '../../../../cli/stage/secret-stores.ts';
import { ServiceError } from '../../../../local/endpoint/service-error.ts';
import { serveAws, stubAws } from '../../../support/serve-aws.ts';
import type { HttpService } from '../../../support/serve-http.ts';

/** A stub of Secrets Manager: secrets, and what it refuses. */
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
    if (refusals.has(name)) throw new ServiceError('AccessDeniedException', 'You are not authorized.');
    return answer(body);
  };
}

function present(name: string): string {
  const text = secrets.get(name);
  if (text === undefined) throw new ServiceError('ResourceNotFoundException', 'There is no such secret.');
  return text;
}

let served: HttpService;

beforeAll(async () => {
  served = await serveAws(() => operations);
  stubAws('AWS_ENDPOINT_URL', served.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await served.stop();
});
beforeEach(() => {
  secrets.clear();
  refusals.clear();
  calls.length = 0;
});

test('An existing secret gets a new version', async () => {
  secrets.set('acme', 'before');

  await secretsManager().put('acme', 'after');

  expect(await secretsManager().get('acme')).toBe('after');
  expect(calls).toEqual(['PutSecretValue', 'GetSecretValue']);
});

test('A missing secret is created', async () => {
  const before = await secretsManager().get('acme');

  await secretsManager().put('acme', 'first');

  expect([before, secrets.get('acme')]).toEqual([undefined, 'first']);
});

test.each([
  ['read', 'GetSecretValue'],
  ['write', 'PutSecretValue'],
])('A role that may not %s it gets an error without the secret', async (what, operation) => {
  secrets.set('acme', 'before');
  refusals.add(operation);
  const store = secretsManager();

  const asking = what === 'read' ? store.get('acme') : store.put('acme', 'hunter2');

  await expect(asking).rejects.toThrow(
    `Cannot ${what} the secret 'acme' in Secrets Manager: You are not authorized. docs/secrets.md lists the permissions that you need.`,
  );
});
