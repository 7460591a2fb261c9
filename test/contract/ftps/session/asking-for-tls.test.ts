import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { download } from '../../../../lambdas/ftps/transfer/download.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { HashingSink, openTo, type TestPartner } from '../test-partner.ts';

const asked = (partner: Awaited<ReturnType<typeof startEmbedded>>) =>
  partner.server.log.map(({ command, argument }) => `${command} ${argument}`.trim());

describe('a server that knows AUTH SSL alone', () => {
  it.each([500, 502, 504, 534])(
    'and answers %i to AUTH TLS: everything is encrypted all the same',
    async (code) => {
      await using server = await startEmbedded({ features: { authTls: code } });
      server.tree.put('/a.csv', { content: '12345' });
      await using session = await openTo(server);
      const sink = new HashingSink();

      await download(session, { path: parseRemotePath('/a.csv'), sizeBytes: 5 }, sink);

      expect(sink.bytes).toBe(5);
      expect(asked(server).slice(0, 3)).toEqual(['AUTH TLS', 'AUTH SSL', 'USER ann']);
      expect(asked(server)).toEqual(expect.arrayContaining(['PBSZ 0', 'PROT P']));
      expect(server.server.transfers).toMatchObject([{ tlsVersion: expect.stringMatching(/^TLSv1/) }]);
    },
  );
});

it('A server that refuses TLS for now (431) is tried again later, and gets no AUTH SSL', async () => {
  await using server = await startEmbedded();
  server.server.fault({
    on: 'AUTH',
    do: { kind: 'reply', code: 431, text: 'Necessary security unavailable.' },
  });

  await expect(openTo(server)).rejects.toMatchObject({
    kind: 'unavailable',
    replyCode: 431,
    message: expect.stringMatching(/431 Necessary security unavailable\. .*Try again later/),
  });
  expect(asked(server)).toEqual(['AUTH TLS']);
});

it('A server that hangs up after it has refused AUTH TLS has no TLS', async () => {
  await using server = await startEmbedded();
  server.server.fault({ on: 'AUTH', times: 1, do: { kind: 'reply', code: 502, text: 'No AUTH here.' } });
  server.server.fault({ on: 'AUTH', do: { kind: 'cut-control', when: 'before' } });

  await expect(openTo(server)).rejects.toMatchObject({
    kind: 'not-ftps',
    answer: expect.stringContaining('502'),
  });
});

it('A server that accepts AUTH TLS and goes on in plain text is named as such', async () => {
  await using server = await startEmbedded();
  await using plain = await startFront(server.settings.port, (socket) => {
    const answers = ['234 Go ahead.\r\n', '500 What is that?\r\n'];
    socket.write('220 Hello.\r\n');
    socket.on('data', () => socket.write(answers.shift() ?? ''));
  });
  const settings = { ...server.settings, port: plain.port };

  await expect(openTo({ ...server, settings })).rejects.toMatchObject({
    kind: 'not-ftps',
    answer: 'the server accepted AUTH TLS, and then sent something else than TLS',
  });
});

describe('the other kind of TLS is named, with its setting, where', () => {
  const soon = { timeouts: { greetingMs: 50 } };
  const asExplicit = (partner: TestPartner): TestPartner => ({
    ...partner,
    settings: { ...partner.settings, security: 'explicit' },
  });

  it('an implicit server waits for the first bytes of TLS', async () => {
    await using server = await startEmbedded({ mode: 'implicit' });

    await expect(openTo(asExplicit(server), soon)).rejects.toMatchObject({
      kind: 'not-ftps',
      security: 'implicit',
      message: expect.stringContaining('Set connection.security: implicit.'),
    });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closes the silent connection', (socket) => socket.end()],
    ['sends an alert', (socket) => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 40]))],
  ])('an implicit server %s', async (_what, first) => {
    await using server = await startEmbedded({ mode: 'implicit' });
    await using front = await startFront(server.settings.port, first);
    const settings = { ...server.settings, port: front.port, security: 'explicit' } as const;

    await expect(openTo({ ...server, settings })).rejects.toMatchObject({ security: 'implicit' });
  });

  it('an explicit server is asked implicitly', async () => {
    await using server = await startEmbedded();
    const settings = { ...server.settings, security: 'implicit' } as const;

    await expect(openTo({ ...server, settings })).rejects.toMatchObject({
      kind: 'not-ftps',
      security: 'explicit',
      message: expect.stringMatching(/220 FTPS server ready.*set connection\.security: explicit/),
    });
  });

  it('not where a server greets late, which is asked only once', async () => {
    await using server = await startEmbedded();
    // The question is a connection too, and is greeted at once.
    server.server.fault({ on: 'connect', times: 1, do: { kind: 'delay', delayMs: 300 } });
    await using first = await openTo(server, soon);
    const { peak } = server.server.sessions;
    await first.close();
    server.server.fault({ on: 'connect', times: 1, do: { kind: 'delay', delayMs: 300 } });

    await using second = await openTo(server, soon);

    expect([first.control.lost?.kind, second.lost]).toEqual(['connection-lost', false]);
    expect(peak).toBe(2);
    const logins = server.server.log.filter(({ command }) => command === 'USER');
    expect(logins.map((each) => each.session)).toEqual([1, 3]);
  });
});

/** Treats the first connection as `first` does, and passes later ones on to a port. */
async function startFront(target: number, first: (socket: Socket) => void) {
  let connections = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    connections += 1;
    if (connections === 1) return first(socket);
    const onward = connect({ host: '127.0.0.1', port: target });
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server must have a port');
  return { port: address.port, [Symbol.asyncDispose]: async () => void server.close() };
}
