import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FolderTree } from '../../../../testing/ftps-server/tree/folder-tree.ts';
import { connect, createIdentity, download, type Identity, startPartner } from './partner.ts';
import { RawClient } from './raw-client.ts';

let identity: Identity;
let outside: string;
let root: string;

beforeAll(async () => {
  identity = await createIdentity();
});

beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'ftps-folder-'));
  root = join(outside, 'root');
  await mkdir(root);
  await writeFile(join(outside, 'secret.txt'), 'secret');
});

afterEach(() => rm(outside, { recursive: true }));

const start = () => startPartner(identity, { files: new FolderTree(root) });

describe('a folder on disk', () => {
  it('is listed and read', async () => {
    await mkdir(join(root, 'sub'));
    const content = randomBytes(200_001);
    await writeFile(join(root, 'sub', 'ünï côde.bin'), content);
    const { server } = await start();
    await using _server = server;
    using client = await connect(server, identity);

    const listed = await client.list('/sub');
    const got = await download(client, '/sub/ünï côde.bin', 1);

    expect(listed.map(({ name, size }) => ({ name, size }))).toEqual([
      { name: 'ünï côde.bin', size: 200_001 },
    ]);
    expect(got.bytes).toBe(200_000);
  });

  it('keeps names that are not UTF-8', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), 'x');
    const { server } = await start();
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const { bytes } = await client.transfer('MLSD');
    const size = await client.command(Buffer.concat([Buffer.from('SIZE /caf'), Buffer.from([0xe9])]));

    expect(bytes.toString('latin1')).toContain('; caf\xe9\r\n');
    expect(size.code).toBe(213);
  });

  it.each([
    'RETR /../secret.txt',
    'RETR /link',
    'RETR /up/secret.txt',
    'MLSD /up',
    'STOR /up/new.txt',
    'STOR /link',
  ])('does not let a session out: %s', async (command) => {
    await symlink(join(outside, 'secret.txt'), join(root, 'link'));
    await symlink(outside, join(root, 'up'));
    const { server } = await start();
    await using _server = server;
    await using client = await RawClient.login(server, identity);
    await client.command('EPSV');

    const got = await client.command(command);

    expect(got.code).toBe(550);
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it.each([
    'DELE /up/secret.txt',
    'MKD /up/new',
    'RNFR /up/secret.txt',
    'MFMT 20200101000000 /up/secret.txt',
  ])('does not change files outside: %s', async (command) => {
    await symlink(outside, join(root, 'up'));
    const { server } = await start();
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.command(command);

    expect(got.code).toBe(550);
    expect(await readdir(outside)).toEqual(['root', 'secret.txt']);
  });

  it('does not rename a file out of itself', async () => {
    await symlink(outside, join(root, 'up'));
    await writeFile(join(root, 'a.txt'), 'a');
    const { server } = await start();
    await using _server = server;
    await using client = await RawClient.login(server, identity);
    await client.command('RNFR /a.txt');

    const got = await client.command('RNTO /up/a.txt');

    expect(got.code).toBe(550);
    expect(await readdir(outside)).toEqual(['root', 'secret.txt']);
  });

  it('lists a link as a link', async () => {
    await symlink(join(outside, 'secret.txt'), join(root, 'link'));
    const { server } = await start();
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const { bytes } = await client.transfer('MLSD');

    expect(bytes.toString()).toMatch(/type=OS\.unix=symlink;.*; link\r\n/);
  });

  it.each([
    { first: 'NOOP', command: 'STOR', result: 'XY' },
    { first: 'NOOP', command: 'APPE', result: 'abcdefXY' },
    { first: 'REST 2', command: 'STOR', result: 'abXYef' },
  ])('is written to with $command after $first', async ({ first, command, result }) => {
    await writeFile(join(root, 'a.txt'), 'abcdef');
    const { server } = await start();
    await using _server = server;
    await using client = await RawClient.login(server, identity);
    await client.command(first);

    await client.upload(`${command} /a.txt`, 'XY');

    expect(await readFile(join(root, 'a.txt'), 'utf8')).toBe(result);
  });

  it('accepts uploads, renames, times, directories and deletions', async () => {
    const { server } = await start();
    await using _server = server;
    using client = await connect(server, identity);

    await client.ensureDir('/in/2026');
    await client.uploadFrom(Readable.from([Buffer.from('hello')]), '/in/2026/part');
    await client.rename('/in/2026/part', '/in/2026/whole');
    await client.send('MFMT 20200102030405 /in/2026/whole');
    await client.send('MKD /gone');
    await client.removeEmptyDir('/gone');

    expect(await readFile(join(root, 'in/2026/whole'), 'utf8')).toBe('hello');
    expect(await client.lastMod('/in/2026/whole')).toEqual(new Date('2020-01-02T03:04:05Z'));
    expect((await client.list('/')).map(({ name }) => name)).toEqual(['in']);
  });

  it('answers 550 for a name too long for the disk', async () => {
    const { server } = await start();
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.command(`SIZE /${'x'.repeat(1500)}`);

    expect(got.code).toBe(550);
  });
});
