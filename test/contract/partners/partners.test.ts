import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parametersOperations } from '../../../cli/local/services/parameters.ts';
import { secretsOperations } from '../../../cli/local/services/secrets.ts';
import { flowIdSchema, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { openPartners, type Partners } from '../../../lambdas/partners/partners.ts';
import { flowOf } from '../../../lambdas/partners/read-partner.ts';
import { serveAws, stubAws } from '../../support/serve-aws.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----';
const clientKey = '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----';
const login = { user: 'hunter2-user', password: 'hunter2' };

const acme = partnerFileSchema.parse({
  partner: 'acme',
  connection: { host: 'ftps.acme.example', security: 'explicit', secret: 'acme' },
  flows: [
    { name: 'invoices', direction: 'pull', remote: '/in', prefix: 'acme/invoices/' },
    { name: 'orders', direction: 'pull', remote: '/orders', prefix: 'acme/orders/' },
  ],
});
const path = '/ftps-sync/test/partners/';
const parameters = new Map([
  [`${path}acme`, JSON.stringify(acme)],
  [`${path}older`, JSON.stringify({ ...acme, flows: [] })],
  [`${path}broken`, '{'],
]);

const stage: { partners: Partners | undefined; stop: () => Promise<void> } = {
  partners: undefined,
  stop: async () => {},
};

/** Secrets by name; what the test asks for is put here. */
async function withSecret(value: Readonly<Record<string, unknown>>): Promise<Partners> {
  await writeFile(secretsFile, JSON.stringify({ acme: value }));
  if (stage.partners === undefined) throw new Error('the services were not started');
  return stage.partners;
}

let secretsFile = '';

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  secretsFile = join(folder, 'secrets.json');
  const services = {
    secretsmanager: secretsOperations(secretsFile),
    AmazonSSM: parametersOperations(parameters),
  };
  const served = await serveAws(({ service }) =>
    service === 'secretsmanager' ? services.secretsmanager : services.AmazonSSM,
  );
  stubAws('AWS_ENDPOINT_URL', served.url);
  stage.partners = openPartners(path);
  stage.stop = async () => {
    await served.stop();
    await rm(folder, { recursive: true });
    vi.unstubAllEnvs();
  };
});
afterAll(() => stage.stop());

describe('a login', () => {
  it('is user and password alone, where there is no more in the secret', async () => {
    const partners = await withSecret(login);

    const { credentials } = await partners.readCredentials('acme');

    expect(credentials).toStrictEqual({
      ...login,
      clientCertificate: undefined,
      clientKey: undefined,
      clientKeyPassphrase: undefined,
    });
  });

  it('has a client certificate with its key and passphrase, where there is one', async () => {
    const whole = { ...login, clientCertificate: certificate, clientKey, clientKeyPassphrase: 'hunter2' };
    const partners = await withSecret({ ...whole, note: 'for the night shift' });

    const { credentials } = await partners.readCredentials('acme');

    expect(credentials).toEqual(whole);
  });

  it('is read anew each time, so that a new password needs no deploy', async () => {
    const partners = await withSecret(login);
    const before = await partners.readCredentials('acme');
    await withSecret({ ...login, password: 'next' });

    const { credentials, versionId } = await partners.readCredentials('acme');

    expect(credentials.password).toBe('next');
    expect(versionId).not.toBe(before.versionId);
  });

  it('has the same version as long as nobody changes the secret', async () => {
    const partners = await withSecret(login);

    const versions = [await partners.readCredentials('acme'), await partners.readCredentials('acme')];

    expect(versions[0]?.versionId).toBe(versions[1]?.versionId);
    expect(versions[0]?.versionId).not.toBe('');
  });

  it('is missing where there is no such secret, and the message says how to make it', async () => {
    const partners = await withSecret(login);

    const reading = partners.readCredentials('ftps-sync/acme');

    await expect(reading).rejects.toMatchObject({
      name: 'PartnerError',
      fault: 'secret-missing',
      message:
        "There is no secret 'ftps-sync/acme'. Put user and password there: ftps-sync secret put PARTNER.",
    });
  });

  it.each([
    ['no password', { user: login.user }, 'password'],
    ['an empty password', { ...login, password: '' }, 'password'],
    ['username in the place of user', { username: login.user, password: login.password }, 'user'],
    ['a password that is a number', { ...login, password: 1234567 }, 'password'],
    ['a password with a second command in it', { ...login, password: 'hunter2\r\nDELE a' }, 'password'],
    ['a user with a NUL', { ...login, user: 'hunter2\0' }, 'user'],
    [
      'a certificate without its key',
      { ...login, clientCertificate: certificate },
      'clientCertificate and clientKey',
    ],
    ['a key without its certificate', { ...login, clientKey }, 'clientCertificate and clientKey'],
    [
      'a certificate that is a file name',
      { ...login, clientCertificate: 'hunter2.pem', clientKey },
      'clientCertificate',
    ],
    ['nothing at all', {}, 'user, password'],
  ])('is refused with %s, and no message quotes the secret', async (_, secret, keys) => {
    const partners = await withSecret(secret);

    const refused = await partners.readCredentials('acme').catch((error: unknown) => error);

    expect(refused).toMatchObject({
      fault: 'secret-invalid',
      message: expect.stringContaining(
        `The secret 'acme' has nothing usable as ${keys}. It must be JSON with`,
      ),
    });
    expect(everythingIn(refused)).not.toMatch(/hunter2|1234567/);
  });
});

describe('a partner', () => {
  it('is read as it was deployed', async () => {
    const partners = await withSecret(login);

    const partner = await partners.readPartner(partnerIdSchema.parse('acme'));

    expect(partner).toEqual(acme);
  });

  it.each([
    ['that is not deployed', 'nobody', 'partner-unknown', "This stage has no partner 'nobody'"],
    [
      'whose file is of another version',
      'older',
      'partner-invalid',
      'does not fit this version. Deploy again.',
    ],
    ['whose file is no JSON', 'broken', 'partner-invalid', 'does not fit this version. Deploy again.'],
  ])('%s is an error that says what to do', async (_, id, fault, said) => {
    const partners = await withSecret(login);

    const reading = partners.readPartner(partnerIdSchema.parse(id));

    await expect(reading).rejects.toMatchObject({ fault, message: expect.stringContaining(said) });
  });

  it('has the flow that is asked for', () => {
    const flow = flowOf(acme, flowIdSchema.parse('orders'));

    expect(flow.remote).toBe('/orders');
  });

  it('names the flows it has where it has not the one that is asked for', () => {
    const asking = () => flowOf(acme, flowIdSchema.parse('returns'));

    expect(asking).toThrow("Partner 'acme' has no flow 'returns'. It has: invoices, orders.");
  });
});

/** All that a log could show of an error: message, stack, and the same of its causes. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), everythingIn(error.cause)].join('\n');
}
