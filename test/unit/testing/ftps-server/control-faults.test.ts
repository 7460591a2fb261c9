import { describe, expect, it } from 'vitest';
import { FaultPartners } from './fault-partners.ts';
import { connect, startPartner } from './partner.ts';
import { RawClient } from './raw-client.ts';

const partners = FaultPartners.use();

describe('a fault of the control connection', () => {
  it('answers another code and does not execute the command', async () => {
    const { server, tree } = await partners.start('DELE', { kind: 'reply', code: 450, text: 'File busy.' });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);

    const got = await client.command('DELE /file.bin');

    expect(got).toEqual({ code: 450, text: 'File busy.' });
    expect(tree.bytesOf('/file.bin').length).toBe(100_000);
  });

  it.each([
    ['EPSV', 500],
    ['PROT', 534],
    ['AUTH', 502],
  ])('refuses %s with %i', async (command, code) => {
    const { server } = await partners.start(command, { kind: 'reply', code, text: 'Not here.' });
    await using _server = server;
    await using client = await RawClient.connect(server, partners.identity);
    if (command !== 'AUTH') await client.startTls();

    const got = await client.command(command === 'EPSV' ? 'EPSV' : `${command} X`);

    expect(got.code).toBe(code);
  });

  it('refuses a connection with 421 instead of the greeting', async () => {
    const { server } = await partners.start('connect', {
      kind: 'reply',
      code: 421,
      text: 'Come back later.',
    });
    await using _server = server;

    const outcome = await connect(server, partners.identity).catch((error: Error) => error.message);

    expect(outcome).toMatch(/421 Come back later/);
  });

  it('refuses one connection and accepts the next', async () => {
    const { server } = await startPartner(partners.identity);
    await using _server = server;
    server.fault({ on: 'connect', times: 1, do: { kind: 'reply', code: 421, text: 'Come back later.' } });
    await connect(server, partners.identity).catch(() => undefined);

    using client = await connect(server, partners.identity);

    expect(client.closed).toBe(false);
  });

  it('never greets', async () => {
    const { server } = await partners.start('connect', { kind: 'silence' });
    await using _server = server;

    const outcome = await connect(server, partners.identity, { timeoutMs: 200 }).catch(
      (error: Error) => error.message,
    );

    expect(outcome).toMatch(/Timeout/);
  });

  it.each(['explicit', 'implicit'] as const)('never answers the TLS handshake in %s mode', async (mode) => {
    const on = mode === 'explicit' ? 'AUTH' : 'connect';
    const { server } = await partners.start(on, { kind: 'stall-handshake' }, { mode });
    await using _server = server;
    await using client = await RawClient.connect(server, partners.identity, { greeted: mode === 'explicit' });
    if (mode === 'explicit') await client.command('AUTH TLS');

    const outcome = await client.handshakeWithin(200);

    expect(outcome).toBe('stalled');
  });

  it('does not answer one command, and answers the next', async () => {
    const { server } = await partners.start('SIZE', { kind: 'silence' });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);

    const got = await client.command('SIZE /file.bin\r\nNOOP');

    expect(got).toMatchObject({ code: 200 });
  });

  it('waits before it answers', async () => {
    const { server } = await partners.start('SIZE', { kind: 'delay', delayMs: 20 });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);

    const got = await client.command('SIZE /file.bin');

    expect(got).toEqual({ code: 213, text: '100000' });
  });

  it('closes the connection after the rename and before the reply', async () => {
    const { server, tree } = await partners.start('RNTO', { kind: 'cut-control', when: 'after' });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);
    await client.command('RNFR /file.bin');

    const outcome = await client.command('RNTO /done.bin').catch((error: Error) => error.message);

    expect(outcome).toBe('the control connection ended');
    expect(tree.bytesOf('/done.bin').length).toBe(100_000);
  });

  it('closes the connection before the rename', async () => {
    const { server, tree } = await partners.start('RNTO', {
      kind: 'cut-control',
      when: 'before',
      with: 'reset',
    });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);
    await client.command('RNFR /file.bin');

    const outcome = await client.command('RNTO /done.bin').catch((error: Error) => error.message);

    expect(outcome).toBe('the control connection ended');
    expect(tree.bytesOf('/file.bin').length).toBe(100_000);
  });

  it('announces another host with PASV', async () => {
    const { server } = await partners.start('PASV', { kind: 'passive-host', host: '203.0.113.9' });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);

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

  it('applies to its path only', async () => {
    const { server, tree } = await startPartner(partners.identity);
    tree.put('/a', {}).put('/b', {});
    await using _server = server;
    server.fault({ on: 'SIZE', path: /^\/b$/, do: refuse });
    await using client = await RawClient.login(server, partners.identity);

    const got = await codes(client, ['/a', '/b', '/a']);

    expect(got).toEqual([213, 450, 213]);
  });

  it('lets some commands succeed and then applies so many times', async () => {
    const { server, tree } = await startPartner(partners.identity);
    tree.put('/a', {});
    await using _server = server;
    server.fault({ on: 'SIZE', after: 1, times: 2, do: refuse });
    await using client = await RawClient.login(server, partners.identity);

    const got = await codes(client, ['/a', '/a', '/a', '/a']);

    expect(got).toEqual([213, 450, 450, 213]);
  });

  it('can be removed', async () => {
    const { server, tree } = await startPartner(partners.identity);
    tree.put('/a', {});
    await using _server = server;
    const end = server.fault({ on: 'SIZE', do: refuse });
    await using client = await RawClient.login(server, partners.identity);

    const before = await codes(client, ['/a']);
    end();
    const after = await codes(client, ['/a']);

    expect([before, after]).toEqual([[450], [213]]);
  });
});
