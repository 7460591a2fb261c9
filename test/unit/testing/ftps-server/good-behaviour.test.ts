import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { generatedBytes, generatedSha256 } from '../../../../testing/ftps-server/tree/generated-content.ts';
import { connect, createIdentity, download, type Identity, startPartner } from './partner.ts';

let identity: Identity;

beforeAll(async () => {
  identity = await createIdentity();
});

const modes = [
  { mode: 'explicit', secure: true, version: 'TLSv1.2' },
  { mode: 'explicit', secure: true, version: 'TLSv1.3' },
  { mode: 'implicit', secure: 'implicit', version: 'TLSv1.2' },
  { mode: 'implicit', secure: 'implicit', version: 'TLSv1.3' },
] as const;

describe.each(modes)('a correct server, $mode with $version', ({ mode, secure, version }) => {
  const start = () => startPartner(identity, { mode, minVersion: version, maxVersion: version });

  it('resumes the TLS session on every data connection', async () => {
    const { server, tree } = await start();
    tree.put('/a.txt', { content: 'alpha' });
    await using _server = server;
    using client = await connect(server, identity, { secure });

    await client.list();
    await download(client, '/a.txt');
    await download(client, '/a.txt');

    expect(server.transfers.map(({ tlsVersion, resumed }) => ({ tlsVersion, resumed }))).toEqual([
      { tlsVersion: version, resumed: true },
      { tlsVersion: version, resumed: true },
      { tlsVersion: version, resumed: true },
    ]);
  });

  it('sends a file of five megabytes unchanged', async () => {
    const { server, tree } = await start();
    const content = { sizeBytes: 5_000_000, seed: 1 };
    tree.put('/big.bin', { content });
    await using _server = server;
    using client = await connect(server, identity, { secure });

    const got = await download(client, '/big.bin');

    expect(got).toEqual({ bytes: 5_000_000, sha256: generatedSha256(content) });
  });

  it('stores an upload of five megabytes unchanged', async () => {
    const { server, tree } = await start();
    const content = { sizeBytes: 5_000_000, seed: 2 };
    await using _server = server;
    using client = await connect(server, identity, { secure });

    await client.uploadFrom(Readable.from(generatedBytes(content)), '/up.bin');

    expect(createHash('sha256').update(tree.bytesOf('/up.bin')).digest('hex')).toBe(generatedSha256(content));
  });

  it('sends an empty file', async () => {
    const { server, tree } = await start();
    tree.put('/empty', {});
    await using _server = server;
    using client = await connect(server, identity, { secure });

    const got = await download(client, '/empty');

    expect(got.bytes).toBe(0);
  });
});
