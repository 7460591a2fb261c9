import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useClients } from './started-client.ts';

const { start, login } = useClients();

describe('the commands', () => {
  it.each([
    ['SIZE /a.txt', 213, '5'],
    ['SIZE a.txt', 213, '5'],
    ['SIZE /../../a.txt', 213, '5'],
    ['SIZE /missing', 550, 'No such file or directory.'],
    ['SIZE /', 550, 'Not a regular file.'],
    ['MDTM /a.txt', 213, '20261120021500'],
    ['MFMT 20200102030405 /a.txt', 213, 'Modify=20200102030405; /a.txt'],
    ['MFMT yesterday /a.txt', 501, 'MFMT YYYYMMDDHHMMSS path'],
    ['PWD', 257, '"/" is the current directory.'],
    ['CWD /missing', 550, 'No such file or directory.'],
    ['CWD /a.txt', 550, 'Not a directory.'],
    ['MKD /say "hi"', 257, '"/say ""hi""" was created.'],
    ['MKD /a.txt', 550, 'It exists already.'],
    ['RMD /', 550, 'Directory not empty.'],
    ['DELE /a.txt', 250, 'Removed.'],
    ['RNTO /b.txt', 503, 'Send RNFR before RNTO.'],
    ['RETR /a.txt', 425, 'Use EPSV or PASV first.'],
    ['REST x', 501, 'REST expects a number of bytes.'],
    ['OPTS UTF8 ON', 200, 'UTF8 is on.'],
    ['SYST', 215, 'UNIX Type: L8'],
    ['XYZZY', 502, 'XYZZY is not implemented.'],
  ])('answer %s with %i', async (command, code, text) => {
    const { server, client } = await start();
    await using _server = server;

    const got = await client.command(command);

    expect(got).toEqual({ code, text });
  });

  it('list in FEAT what the server offers', async () => {
    const { server, client } = await start();
    await using _server = server;

    const got = await client.command('FEAT');

    expect(got.text.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        'EPSV',
        'MDTM',
        'REST STREAM',
        'SIZE',
        'UTF8',
        'MLST type*;size*;modify*;perm*;unique*;',
      ]),
    );
  });

  it.each([
    [{ mlsd: false }, 'MLSD'],
    [{ epsv: false }, 'EPSV'],
    [{ size: false }, 'SIZE /a.txt'],
    [{ mdtm: false }, 'MDTM /a.txt'],
    [{ restart: false }, 'REST 1'],
    [{ utf8: false }, 'OPTS UTF8 ON'],
  ])('refuse what %j takes away, and FEAT does not offer it', async (features, command) => {
    const { server, client } = await start({ features });
    await using _server = server;

    const refusal = await client.command(command);
    const offers = await client.command('FEAT');

    expect(refusal.code).toBeGreaterThanOrEqual(500);
    const name = command === 'MLSD' ? 'MLST' : (command.replace('OPTS ', '').split(' ')[0] ?? '');
    expect(offers.text.split('\n').map((line) => line.trim().split(' ')[0])).not.toContain(name);
  });

  it('refuse FEAT where the server has none', async () => {
    const { server, client } = await start({ features: { feat: false } });
    await using _server = server;

    const got = await client.command('FEAT');

    expect(got.code).toBe(502);
  });

  it('show the facts of one path with MLST', async () => {
    const { server, client } = await start();
    await using _server = server;

    const got = await client.command('MLST a.txt');

    expect(got.text).toMatch(/type=file;size=5;modify=20261120021500;perm=adfrw;unique=\w+; \/a\.txt/);
  });

  it('are answered in order when pipelined', async () => {
    const { server, client } = await start();
    await using _server = server;

    const first = await client.command('SIZE /a.txt\r\nMDTM /a.txt\r\nSIZE /b.txt');
    const rest = [await client.reply(), await client.reply()];

    expect([first, ...rest].map(({ code }) => code)).toEqual([213, 213, 550]);
  });

  it('rename over an existing file', async () => {
    const { server, client, tree } = await start();
    tree.put('/b.txt', { content: 'beta' });
    await using _server = server;

    await client.command('RNFR /b.txt');
    const got = await client.command('RNTO /a.txt');

    expect(got.code).toBe(250);
    expect(tree.bytesOf('/a.txt').toString()).toBe('beta');
  });

  it('refuse to rename over an existing file where the server does not replace files', async () => {
    const { server, client, tree } = await start({ features: { renameReplaces: false } });
    tree.put('/b.txt', { content: 'beta' });
    await using _server = server;

    await client.command('RNFR /b.txt');
    const got = await client.command('RNTO /a.txt');

    expect(got.code).toBe(550);
    expect(tree.bytesOf('/a.txt').toString()).toBe('alpha');
  });

  it('find a name without the blanks around it where the server cuts them off', async () => {
    const { server, client } = await start({ features: { trimsNames: true } });
    await using _server = server;

    const got = await client.command('SIZE / a.txt ');

    expect(got).toMatchObject({ code: 213, text: '5' });
  });

  it.each(['MKD /kept/new', 'DELE /kept/old', 'RMD /kept/directory', 'STOR /kept/new'])(
    'refuse %s in a read-only directory',
    async (command) => {
      const { server, client, tree } = await start();
      tree.putDirectory('/kept', { readOnly: true }).put('/kept/old', {}).putDirectory('/kept/directory');
      await using _server = server;
      await client.command('EPSV');

      const got = await client.command(command);

      expect(got).toEqual({ code: 550, text: 'Permission denied.' });
    },
  );

  it.each([
    ['HASH /a.txt', 213, /^SHA-1 0-5 be76331b95dfc399cd776d2fc68021e0db03cc4f \/a\.txt$/],
    ['OPTS HASH SHA-256', 200, /^SHA-256$/],
    ['OPTS HASH ROT13', 501, /ROT13/],
    ['XSHA256 /a.txt', 250, /^8ED3F6AD685B959EAD7022518E1AF76CD816F8E8EC7CCDDA1ED4018E8F2223F8$/],
    ['XSHA1 /a.txt', 250, /^BE76331B95DFC399CD776D2FC68021E0DB03CC4F$/],
    ['XMD5 /a.txt', 250, /^2C1743A391305FBF367DF8E4F069F9F9$/],
    ['XCRC /a.txt', 250, /^[0-9A-F]{8}$/],
    ['XCRC /missing', 550, /No such file/],
  ])('answer %s where the server offers hashes', async (command, code, text) => {
    const { server, client } = await start({
      features: { hashes: ['HASH', 'XSHA256', 'XSHA1', 'XMD5', 'XCRC'] },
    });
    await using _server = server;

    const got = await client.command(command);

    expect(got).toEqual({ code, text: expect.stringMatching(text) });
  });

  it('mark the selected hash in FEAT', async () => {
    const { server, client } = await start({ features: { hashes: ['HASH', 'XCRC'] } });
    await using _server = server;
    await client.command('OPTS HASH MD5');

    const got = await client.command('FEAT');

    const lines = got.text.split('\n').map((line) => line.trim());
    expect(lines).toEqual(expect.arrayContaining(['HASH SHA-256;SHA-1;MD5*;CRC32', 'XCRC']));
  });

  it.each(['HASH', 'XSHA256', 'XCRC'])('do not support %s by default', async (command) => {
    const { server, client } = await start();
    await using _server = server;

    const got = await client.command(`${command} /a.txt`);

    expect(got.code).toBe(500);
  });

  it('refuse an unreadable file with 550', async () => {
    const { server, client, tree } = await start();
    tree.put('/locked', { content: 'x', unreadable: true });
    await using _server = server;
    await client.command('EPSV');

    const got = await client.command('RETR /locked');

    expect(got).toEqual({ code: 550, text: 'Permission denied.' });
  });
});

describe('the server', () => {
  it('drops its sessions on request, and accepts new ones', async () => {
    const { server, client } = await start();
    await using _server = server;
    const waiting = client.reply().catch((error: Error) => error.message);

    server.dropSessions();

    expect(await waiting).toBe('the control connection ended');
    await using next = await login(server);
    expect(await next.command('NOOP')).toMatchObject({ code: 200 });
  });

  it('counts its sessions', async () => {
    const { server, client } = await start();
    await using _server = server;
    await using _second = await login(server);
    await client.command('QUIT');
    while (server.sessions.now > 1) await pause(5);

    expect(server.sessions).toEqual({ now: 1, peak: 2 });
  });
});
