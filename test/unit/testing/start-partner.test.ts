import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'basic-ftp';
import { FolderTree, type Partner, type PartnerOptions, startPartner } from 'ftps-sync/testing';
import { expect, it, onTestFinished } from 'vitest';

/** Logs in with what the partner says about itself, and lists the names of the root. */
async function namesAt({ connection, login }: Pick<Partner, 'connection' | 'login'>): Promise<string[]> {
  const client = new Client();
  onTestFinished(() => client.close());
  const { host, port, security, tls } = connection;
  const secure = security === 'implicit' ? ('implicit' as const) : true;
  await client.access({ host, port, ...login, secure, secureOptions: { ca: tls.ca, host } });
  return (await client.list()).map(({ name }) => name);
}

const kinds: readonly PartnerOptions[] = [
  {},
  { mode: 'implicit' },
  { users: { ann: 's3cret', ben: 'other' } },
  { maxVersion: 'TLSv1.2' },
];

it.each(kinds)('A partner with %o is reached with its own connection and login', async (options) => {
  await using partner = await startPartner(options);
  partner.files.put('/a.csv', { content: 'a' });

  const names = await namesAt(partner);

  expect(names).toEqual(['a.csv']);
  expect(partner.server.log.find(({ command }) => command === 'USER')?.argument).toBe(partner.login.user);
});

it('A partner can serve a folder, and starts again with its port, certificate and files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ftps-sync-partner-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.csv'), 'a');
  const first = await startPartner({ files: new FolderTree(folder) });
  const { files, certificate, connection } = first;
  await first.close();

  await using second = await startPartner({ files, certificate, port: connection.port });

  expect(second.connection).toEqual(connection);
  expect(await namesAt(second)).toEqual(['a.csv']);
});
