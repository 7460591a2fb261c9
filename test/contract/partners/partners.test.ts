import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { flowIdSchema, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import { openPartners, type Partners } from '../../../lambdas/partners/partners.ts';
import { findFlow } from '../../../lambdas/partners/read-partner.ts';
import { parametersOperations } from '../../../local/parameters-and-secrets/parameters.ts';
import { secretsOperations } from '../../../local/parameters-and-secrets/secrets.ts';
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

/** Sets the secret `acme`. */
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
  it('has only user and password, where the secret has no more', async () => {
    const partners = await withSecret(login);

    const { credentials } = await partners.readCredentials('acme');

    expect(credentials).toStrictEqual({
      ...login,
      account: undefined,
      clientCertificate: undefined,
      clientKey: undefined,
      clientKeyPassphrase: undefined,
    });
  });

  it('has an account, and a client certificate with its key and passphrase, where the secret has them', async () => {
    const pem = { clientCertificate: certificate, clientKey, clientKeyPassphrase: 'hunter2' };
    const complete = { ...login, account: 'billing-77', ...pem };
    const partners = await withSecret({ ...complete, note: 'for the night shift' });

    const { credentials } = await partners.readCredentials('acme');

    expect(credentials).toEqual(complete);
  });

  it('is read again each time, so that a new password needs no deployment', async () => {
    const partners = await withSecret(login);
    const before = await partners.readCredentials('acme');
    await withSecret({ ...login, password: 'next' });

    const { credentials, versionId } = await partners.readCredentials('acme');

    expect(credentials.password).toBe('next');
    expect(versionId).not.toBe(before.versionId);
  });

  it('keeps its version until the secret changes', async () => {
    const partners = await withSecret(login);

    const versions = [await partners.readCredentials('acme'), await partners.readCredentials('acme')];

    expect(versions[0]?.versionId).toBe(versions[1]?.versionId);
    expect(versions[0]?.versionId).not.toBe('');
  });

  it('fails where there is no such secret, with the command that creates it', async () => {
    const partners = await withSecret(login);

    const reading = partners.readCredentials('ftps-sync/acme');

    await expect(reading).rejects.toMatchObject({
      name: 'PartnerError',
      error: 'secret-missing',
      message:
        "The secret 'ftps-sync/acme' does not exist. Create it with user and password: ftps-sync secret put PARTNER",
    });
  });

  it.each([
    ['no password', { user: login.user }, 'password'],
    ['an empty password', { ...login, password: '' }, 'password'],
    ['username instead of user', { username: login.user, password: login.password }, 'user'],
    ['a password that is a number', { ...login, password: 1234567 }, 'password'],
    ['a password with a second command in it', { ...login, password: 'hunter2\r\nDELE a' }, 'password'],
    ['a user with a NUL', { ...login, user: 'hunter2\0' }, 'user'],
    [
      'a certificate without its key',
      { ...login, clientCertificate: certificate },
      'clientCertificate and clientKey',
    ],
    ['an account with a line break', { ...login, account: 'hunter2\r\nDELE /x' }, 'account'],
    ['a key without its certificate', { ...login, clientKey }, 'clientCertificate and clientKey'],
    [
      'a certificate that is a file name',
      { ...login, clientCertificate: 'hunter2.pem', clientKey },
      'clientCertificate',
    ],
    ['an empty object', {}, 'user, password'],
  ])('is invalid with %s, and no message quotes the secret', async (_, secret, keys) => {
    const partners = await withSecret(secret);

    const refused = await partners.readCredentials('acme').catch((error: unknown) => error);

    expect(refused).toMatchObject({
      error: 'secret-invalid',
      message: expect.stringContaining(`The secret 'acme' has no valid ${keys}. It must be JSON with`),
    });
    expect(allText(refused)).not.toMatch(/hunter2|1234567/);
  });
});

describe('a partner', () => {
  it('is read as deployed', async () => {
    const partners = await withSecret(login);

    const partner = await partners.readPartner(partnerIdSchema.parse('acme'));

    expect(partner).toEqual(acme);
  });

  it.each([
    ['that is not deployed', 'nobody', 'partner-unknown', "This stage has no partner 'nobody'"],
    [
      'whose file is from another version',
      'older',
      'partner-invalid',
      'This version cannot read the deployed partner file',
    ],
    [
      'whose file is not JSON',
      'broken',
      'partner-invalid',
      'This version cannot read the deployed partner file',
    ],
  ])('%s fails with a message that says what to do', async (_, id, error, text) => {
    const partners = await withSecret(login);

    const reading = partners.readPartner(partnerIdSchema.parse(id));

    await expect(reading).rejects.toMatchObject({ error, message: expect.stringContaining(text) });
  });

  it('whose file cannot be read is named, and the others are read', async () => {
    const { readAllPartners } = await withSecret(login);

    const { partners, unreadable } = await readAllPartners();

    expect(partners).toEqual([acme]);
    const error = expect.objectContaining({
      error: 'partner-invalid',
      message: expect.stringContaining(path),
    });
    expect(unreadable).toEqual([
      { partner: 'older', error },
      { partner: 'broken', error },
    ]);
  });

  it('has its flows by name', () => {
    const flow = findFlow(acme, flowIdSchema.parse('orders'));

    expect(flow.remote).toBe('/orders');
  });

  it('lists its flows where a flow does not exist', () => {
    const finding = () => findFlow(acme, flowIdSchema.parse('returns'));

    expect(finding).toThrow("Partner 'acme' has no flow 'returns'. It has: invoices, orders.");
  });
});

/** Everything that a log could show of an error: message, stack, and those of its causes. */
function allText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), allText(error.cause)].join('\n');
}
