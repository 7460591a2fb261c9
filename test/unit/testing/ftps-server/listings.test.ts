import { beforeAll, describe, expect, it } from 'vitest';
import { createIdentity, type Identity, startPartner } from './partner.ts';
import { RawClient } from './raw-client.ts';

let identity: Identity;

beforeAll(async () => {
  identity = await createIdentity();
});

const now = () => new Date('2026-11-20T12:00:00Z');
const modified = new Date('2026-11-19T23:05:09Z');

async function listing(options: Parameters<typeof startPartner>[1], command: string) {
  const { server, tree } = await startPartner(identity, { now, ...options });
  tree.put('/d/a b.csv', { content: 'hello', modified });
  tree.put('/d/old.csv', { content: '', modified: new Date('2019-02-03T04:05:06Z') });
  tree.putDirectory('/d/sub', { modified });
  tree.putLink('/d/link', { target: '/d/old.csv', modified });
  await using _server = server;
  await using client = await RawClient.login(server, identity);
  await client.command('CWD /d');
  const { bytes, finalCode } = await client.transfer(command);
  expect(finalCode).toBe(226);
  return bytes.toString();
}

describe('a listing', () => {
  it('has the facts of every entry with MLSD', async () => {
    const got = await listing({ features: { uniqueFact: false } }, 'MLSD');

    expect(got.replace(/type=cdir;modify=\d{14}/, 'type=cdir;modify=now')).toBe(
      [
        'type=cdir;modify=now;perm=flcdmpe; .',
        'type=file;size=5;modify=20261119230509;perm=adfrw; a b.csv',
        'type=file;size=0;modify=20190203040506;perm=adfrw; old.csv',
        'type=dir;modify=20261119230509;perm=flcdmpe; sub',
        'type=OS.unix=symlink;modify=20261119230509;perm=adfrw; link',
        '',
      ].join('\r\n'),
    );
  });

  it.each(['LIST', 'LIST -a', 'LIST /d', 'LIST -la /d'])('has the format of ls with %s', async (command) => {
    const got = await listing({}, command);

    expect(got).toBe(
      [
        '-rw-r--r--    1 ftp      ftp                 5 Nov 19 23:05 a b.csv',
        '-rw-r--r--    1 ftp      ftp                 0 Feb  3  2019 old.csv',
        'drwxr-xr-x    1 ftp      ftp              4096 Nov 19 23:05 sub',
        'lrwxrwxrwx    1 ftp      ftp              4096 Nov 19 23:05 link -> /d/old.csv',
        '',
      ].join('\r\n'),
    );
  });

  it('leaves out facts of MLSD', async () => {
    const got = await listing({ features: { factsLeftOut: ['size', 'modify'] } }, 'MLSD');

    expect(got).toContain('type=file;perm=adfrw;unique=');
    expect(got).not.toMatch(/size=|modify=/);
  });

  it('takes the option of LIST for a name', async () => {
    const features = { listOptionIsName: true };

    const lists = [await listing({ features }, 'LIST -a'), await listing({ features }, 'LIST')];

    expect(lists).toEqual(['total 0\r\n', expect.stringContaining('a b.csv')]);
  });

  it('is refused with TYPE I where the server lists in ASCII alone', async () => {
    const { server } = await startPartner(identity, { features: { listsInAsciiOnly: true } });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const refused = await client.command('LIST');
    await client.command('TYPE A');
    const { finalCode } = await client.transfer('LIST');

    expect([refused.code, finalCode]).toEqual([501, 226]);
  });

  it('has local time with LIST where the server uses it', async () => {
    const got = await listing({ features: { localTimeOffsetMinutes: 60 } }, 'LIST');

    expect(got).toContain('5 Nov 20 00:05 a b.csv');
  });

  it('has local time with MLSD and MDTM only where the server writes it there', async () => {
    const features = { localTimeOffsetMinutes: 60 };
    const utc = await listing({ features }, 'MLSD');
    const local = await listing({ features: { ...features, localTimeInFacts: true } }, 'MLSD');

    expect(utc).toMatch(/modify=202611192305\d\d;.* a b\.csv/);
    expect(local).toMatch(/modify=202611200005\d\d;.* a b\.csv/);
  });

  it('has the format of IIS where the server uses it', async () => {
    const got = await listing({ features: { listStyle: 'dos' } }, 'LIST');

    expect(got.split('\r\n').slice(0, 3)).toEqual([
      '11-19-26  11:05PM                    5 a b.csv',
      '02-03-19  04:05AM                    0 old.csv',
      '11-19-26  11:05PM        <DIR>         sub',
    ]);
  });

  it('keeps names that are not UTF-8', async () => {
    const { server, tree } = await startPartner(identity);
    const name = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
    tree.put(Buffer.concat([Buffer.from('/'), name]), { content: 'x' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const { bytes } = await client.transfer('MLSD /');
    const size = await client.command(Buffer.concat([Buffer.from('SIZE /'), name]));

    expect(bytes.includes(Buffer.concat([Buffer.from('; '), name, Buffer.from('\r\n')]))).toBe(true);
    expect(size).toEqual({ code: 213, text: '1' });
  });

  it('has each of ten thousand generated entries', async () => {
    const { server, tree } = await startPartner(identity);
    const file = { content: { sizeBytes: 1, seed: 1 }, modified };
    tree.putGenerated('/flat', {
      *entries() {
        for (let n = 0; n < 10_000; n++) yield [`${n}.txt`, file];
      },
      find: (name) => (/^\d{1,4}\.txt$/.test(name) ? file : undefined),
    });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const { bytes } = await client.transfer('MLSD /flat');
    const size = await client.command('SIZE /flat/9999.txt');

    expect(bytes.toString().match(/type=file/g)).toHaveLength(10_000);
    expect(size).toEqual({ code: 213, text: '1' });
  });

  it.each(['/missing', '/file', '/locked'])('of %s is refused with 550 before any data', async (path) => {
    const { server, tree } = await startPartner(identity);
    tree.put('/file', {}).putDirectory('/locked', { unreadable: true });
    await using _server = server;
    await using client = await RawClient.login(server, identity);
    await client.command('EPSV');

    const got = await client.command(`MLSD ${path}`);

    expect(got.code).toBe(550);
  });
});
