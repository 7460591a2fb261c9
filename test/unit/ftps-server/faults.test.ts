import { beforeAll, describe, expect, it } from 'vitest';
import type { FaultAction } from '../../support/ftps-server/faults.ts';
import { connect, createIdentity, download, type Identity, startPartner } from './partner.ts';
import { RawClient } from './raw-client.ts';

let identity: Identity;

beforeAll(async () => {
  identity = await createIdentity();
});

/** One TLS 1.3 record: header 5, alert 2, content type 1, tag 16 (RFC 8446, 5.2). */
const closeNotifyBytes = 24;

/** A server with /file.bin (100,000 bytes) and /dir (100 files) that does something wrong. */
async function startFaulty(
  on: string,
  action: FaultAction,
  options: Parameters<typeof startPartner>[1] = {},
) {
  const { server, tree } = await startPartner(identity, options);
  tree.put('/file.bin', { content: { sizeBytes: 100_000, seed: 1 } });
  for (let n = 0; n < 100; n++) tree.put(`/dir/${String(n).padStart(3, '0')}.txt`, { content: 'x' });
  server.fault({ on, do: action });
  return { server, tree };
}

/** Logs in and asks for the file; returns what came over both connections. */
async function retrieve(server: Parameters<typeof RawClient.login>[0], command = 'RETR /file.bin') {
  await using client = await RawClient.login(server, identity);
  return await client.transfer(command);
}

describe('a fault of the data connection', () => {
  it.each([
    { how: 'close-notify', clean: true },
    { how: 'fin', clean: true },
    { how: 'reset', clean: false },
  ] as const)('cuts a file with $how and says 226 all the same', async ({ how, clean }) => {
    const { server } = await startFaulty('RETR', { kind: 'cut-data', afterBytes: 50_000, with: how });
    await using _server = server;

    const got = await retrieve(server);

    expect(got).toMatchObject({ finalCode: 226, endedCleanly: clean });
    if (clean) expect(got.bytes.length).toBe(50_000);
  });

  it('leaves close_notify out with a bare FIN', async () => {
    const { server } = await startFaulty('RETR', { kind: 'cut-data', afterBytes: 9, with: 'fin' });
    await using _server = server;
    const bare = await retrieve(server);
    server.clearFaults();
    server.fault({ on: 'RETR', do: { kind: 'cut-data', afterBytes: 9, with: 'close-notify' } });

    const proper = await retrieve(server);

    expect(proper.wireBytes - bare.wireBytes).toBe(closeNotifyBytes);
  });

  it('cuts a file and says 426', async () => {
    const { server } = await startFaulty('RETR', {
      kind: 'cut-data',
      afterBytes: 1,
      with: 'close-notify',
      code: 426,
      text: 'Connection closed; transfer aborted.',
    });
    await using _server = server;

    const got = await retrieve(server);

    expect(got).toMatchObject({ finalCode: 426, bytes: Buffer.alloc(1, got.bytes) });
  });

  it('sends more bytes than SIZE says', async () => {
    const { server } = await startFaulty('RETR', { kind: 'extra-data', bytes: 7 });
    await using _server = server;

    const got = await retrieve(server);

    expect(got).toMatchObject({ finalCode: 226, endedCleanly: true });
    expect(got.bytes.length).toBe(100_007);
  });

  it('says something else than 226 after a whole file', async () => {
    const { server } = await startFaulty('RETR', { kind: 'final-reply', code: 451, text: 'Disk error.' });
    await using _server = server;

    const got = await retrieve(server);

    expect(got.bytes.length).toBe(100_000);
    expect(got.finalCode).toBe(451);
  });

  it('never says 226 after a whole file', async () => {
    const { server } = await startFaulty('RETR', { kind: 'no-final-reply' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.transferWithoutReply('RETR /file.bin');
    const next = await client.command('NOOP');

    expect(got.length).toBe(100_000);
    expect(next).toMatchObject({ code: 200 });
  });

  it('says 226 late', async () => {
    const { server } = await startFaulty('RETR', { kind: 'delay-final-reply', delayMs: 20 });
    await using _server = server;

    const got = await retrieve(server);

    expect(got).toMatchObject({ finalCode: 226, endedCleanly: true });
  });

  it('stops in the middle of a file without a word', async () => {
    const { server } = await startFaulty('RETR', { kind: 'stall-data', afterBytes: 10_000 });
    await using _server = server;
    using client = await connect(server, identity, { timeoutMs: 300 });

    const outcome = await download(client, '/file.bin').catch((error: Error) => error.message);

    expect(outcome).toMatch(/Timeout/);
    expect(server.transfers).toMatchObject([{ bytes: 10_000, replyCode: undefined }]);
  });

  it('does not answer the TLS handshake', async () => {
    const { server } = await startFaulty('RETR', { kind: 'stall-data-handshake' });
    await using _server = server;
    using client = await connect(server, identity, { timeoutMs: 300 });

    const outcome = await download(client, '/file.bin').catch((error: Error) => error.message);

    expect(outcome).toMatch(/Timeout/);
    expect(server.transfers).toMatchObject([{ bytes: 0, tlsVersion: undefined }]);
  });

  it('lets the file be replaced while it is sent', async () => {
    const { server, tree } = await startFaulty('RETR', {
      kind: 'meanwhile',
      afterBytes: 1,
      change: () => tree.put('/file.bin', { content: 'new' }),
    });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.transfer('RETR /file.bin');
    const size = await client.command('SIZE /file.bin');

    expect(got.bytes.length).toBe(100_000);
    expect(size).toMatchObject({ code: 213, text: '3' });
  });

  it('cuts an upload and says 226 all the same', async () => {
    const { server, tree } = await startFaulty('STOR', {
      kind: 'cut-data',
      afterBytes: 3,
      with: 'close-notify',
    });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.upload('STOR /up.txt', 'abcdef');

    expect(got).toMatchObject({ code: 226 });
    expect(tree.bytesOf('/up.txt').toString()).toBe('abc');
  });
});

describe('a fault of a listing', () => {
  it('cuts the last line in the middle and says 226', async () => {
    const { server } = await startFaulty('MLSD', {
      kind: 'cut-data',
      afterBytes: 1010,
      with: 'close-notify',
    });
    await using _server = server;

    const got = await retrieve(server, 'MLSD /dir');

    expect(got).toMatchObject({ finalCode: 226, endedCleanly: true });
    expect(got.bytes.length).toBe(1010);
    expect(got.bytes.toString().endsWith('\r\n')).toBe(false);
  });

  it('ends after some lines and tells so beside 226', async () => {
    const { server } = await startFaulty('MLSD', {
      kind: 'short-listing',
      lines: 10,
      text: 'Output truncated to 10 matches',
    });
    await using _server = server;

    const got = await retrieve(server, 'MLSD /dir');

    expect(got).toMatchObject({ finalCode: 226, finalText: 'Output truncated to 10 matches' });
    expect(got.bytes.toString().split('\r\n')).toHaveLength(11);
  });

  it('has lines that are none', async () => {
    const { server } = await startFaulty('LIST', {
      kind: 'garbage-lines',
      lines: ['ls: cannot access', Buffer.from([0xff, 0xfe])],
    });
    await using _server = server;

    const got = await retrieve(server, 'LIST /dir');

    const lines = got.bytes.toString('latin1').split('\r\n');
    expect(lines.slice(0, 2)).toEqual(['ls: cannot access', '\xff\xfe']);
    expect(lines).toHaveLength(103);
  });

  it('is empty for a directory that is not there', async () => {
    const { server } = await startFaulty('LIST', { kind: 'empty-listing' });
    await using _server = server;

    const got = await retrieve(server, 'LIST /missing');

    expect(got).toMatchObject({ finalCode: 226, bytes: Buffer.alloc(0) });
  });
});

describe('a fault of the control connection', () => {
  it('answers another code and does nothing', async () => {
    const { server, tree } = await startFaulty('DELE', { kind: 'reply', code: 450, text: 'File busy.' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.command('DELE /file.bin');

    expect(got).toEqual({ code: 450, text: 'File busy.' });
    expect(tree.bytesOf('/file.bin').length).toBe(100_000);
  });

  it.each([
    ['EPSV', 500],
    ['PROT', 534],
    ['AUTH', 502],
  ])('refuses %s with %i', async (command, code) => {
    const { server } = await startFaulty(command, { kind: 'reply', code, text: 'Not here.' });
    await using _server = server;
    await using client = await RawClient.connect(server, identity);
    if (command !== 'AUTH') await client.startTls();

    const got = await client.command(command === 'EPSV' ? 'EPSV' : `${command} X`);

    expect(got.code).toBe(code);
  });

  it('refuses a connection with 421 in place of the greeting', async () => {
    const { server } = await startFaulty('connect', { kind: 'reply', code: 421, text: 'Come back later.' });
    await using _server = server;

    const outcome = await connect(server, identity).catch((error: Error) => error.message);

    expect(outcome).toMatch(/421 Come back later/);
  });

  it('refuses one connection and then none', async () => {
    const { server } = await startPartner(identity);
    await using _server = server;
    server.fault({ on: 'connect', times: 1, do: { kind: 'reply', code: 421, text: 'Come back later.' } });
    await connect(server, identity).catch(() => undefined);

    using client = await connect(server, identity);

    expect(client.closed).toBe(false);
  });

  it('never greets', async () => {
    const { server } = await startFaulty('connect', { kind: 'silence' });
    await using _server = server;

    const outcome = await connect(server, identity, { timeoutMs: 200 }).catch(
      (error: Error) => error.message,
    );

    expect(outcome).toMatch(/Timeout/);
  });

  it.each(['explicit', 'implicit'] as const)('never answers the TLS handshake in %s mode', async (mode) => {
    const on = mode === 'explicit' ? 'AUTH' : 'connect';
    const { server } = await startFaulty(on, { kind: 'stall-handshake' }, { mode });
    await using _server = server;
    await using client = await RawClient.connect(server, identity, { greeted: mode === 'explicit' });
    if (mode === 'explicit') await client.command('AUTH TLS');

    const outcome = await client.handshakeWithin(200);

    expect(outcome).toBe('stalled');
  });

  it('does not answer one command, and answers the next', async () => {
    const { server } = await startFaulty('SIZE', { kind: 'silence' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.command('SIZE /file.bin\r\nNOOP');

    expect(got).toMatchObject({ code: 200 });
  });

  it('waits before it answers', async () => {
    const { server } = await startFaulty('SIZE', { kind: 'delay', delayMs: 20 });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.command('SIZE /file.bin');

    expect(got).toEqual({ code: 213, text: '100000' });
  });

  it('drops the connection after the rename is done and before it says so', async () => {
    const { server, tree } = await startFaulty('RNTO', { kind: 'cut-control', when: 'after' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);
    await client.command('RNFR /file.bin');

    const outcome = await client.command('RNTO /done.bin').catch((error: Error) => error.message);

    expect(outcome).toBe('the control connection ended');
    expect(tree.bytesOf('/done.bin').length).toBe(100_000);
  });

  it('drops the connection before the rename is done', async () => {
    const { server, tree } = await startFaulty('RNTO', {
      kind: 'cut-control',
      when: 'before',
      with: 'reset',
    });
    await using _server = server;
    await using client = await RawClient.login(server, identity);
    await client.command('RNFR /file.bin');

    const outcome = await client.command('RNTO /done.bin').catch((error: Error) => error.message);

    expect(outcome).toBe('the control connection ended');
    expect(tree.bytesOf('/file.bin').length).toBe(100_000);
  });

  it('sends clients to another host with PASV', async () => {
    const { server } = await startFaulty('PASV', { kind: 'passive-host', host: '203.0.113.9' });
    await using _server = server;
    await using client = await RawClient.login(server, identity);

    const got = await client.command('PASV');

    expect(got.text).toMatch(/\(203,0,113,9,\d+,\d+\)/);
  });
});

describe('a fault rule', () => {
  const refuse = { kind: 'reply', code: 450, text: 'Busy.' } as const;
  const codes = async (client: RawClient, paths: readonly string[]) => {
    const replies = [];
    for (const path of paths) replies.push((await client.command(`SIZE ${path}`)).code);
    return replies;
  };

  it('is played on its path alone', async () => {
    const { server, tree } = await startPartner(identity);
    tree.put('/a', {}).put('/b', {});
    await using _server = server;
    server.fault({ on: 'SIZE', path: /^\/b$/, do: refuse });
    await using client = await RawClient.login(server, identity);

    const got = await codes(client, ['/a', '/b', '/a']);

    expect(got).toEqual([213, 450, 213]);
  });

  it('lets some commands pass and then is played so many times', async () => {
    const { server, tree } = await startPartner(identity);
    tree.put('/a', {});
    await using _server = server;
    server.fault({ on: 'SIZE', after: 1, times: 2, do: refuse });
    await using client = await RawClient.login(server, identity);

    const got = await codes(client, ['/a', '/a', '/a', '/a']);

    expect(got).toEqual([213, 450, 450, 213]);
  });

  it('can be taken away', async () => {
    const { server, tree } = await startPartner(identity);
    tree.put('/a', {});
    await using _server = server;
    const end = server.fault({ on: 'SIZE', do: refuse });
    await using client = await RawClient.login(server, identity);

    const before = await codes(client, ['/a']);
    end();
    const after = await codes(client, ['/a']);

    expect([before, after]).toEqual([[450], [213]]);
  });
});
