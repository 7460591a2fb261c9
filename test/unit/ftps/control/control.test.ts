import { createServer, type Server, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Control } from '../../../../lambdas/ftps/control/control.ts';

/** A control connection to a server that plays `script`: what it sends, each piece in its own packet. */
async function connectTo(script: readonly string[]): Promise<{ control: Control } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    socket.once('data', async () => {
      for (const piece of script) {
        socket.write(piece, 'latin1');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    });
  });
  const port = await listening(server);
  const control = new Control({
    target: 'test',
    replyMs: 1000,
    unfinishedMs: 100,
    trace: undefined,
    secretForms: ['s3cret'],
  });
  const socket = new Socket();
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
  control.adopt(socket);
  return {
    control,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server must have a port');
  return address.port;
}

describe('the control connection', () => {
  it('understands a reply that comes in pieces', async () => {
    await using connection = await connectTo(['2', '13 123', '45\r', '\n']);

    const reply = await connection.control.request('SIZE /x');

    expect(reply.bytes).toBe('213 12345');
  });

  it('drops what arrived before TLS, also the beginning of a line', async () => {
    await using plain = await connectTo(['234 Go.\r\n230 Welcome, ']);
    await using secured = await connectTo(['331 Password.\r\n']);
    await plain.control.request('AUTH TLS');

    plain.control.adopt(secured.control.socket);
    const reply = await plain.control.request('USER ann');

    expect(reply.bytes).toBe('331 Password.');
  });

  it('understands a reply of several lines', async () => {
    await using connection = await connectTo(['211-Features:\r\n M', 'DTM\r\n211 End\r\n']);

    const reply = await connection.control.request('FEAT');

    expect(reply).toMatchObject({ code: 211, bytes: '211-Features:\n MDTM\n211 End' });
  });

  it('matches replies to commands that were sent together', async () => {
    await using connection = await connectTo(['213 5\r\n550 No', ' such file\r\n', '229 Ok (|||99|)\r\n']);

    const replies = await connection.control.pipeline(['SIZE /x', 'MDTM /x', 'EPSV']);

    expect(replies.map(({ code }) => code)).toEqual([213, 550, 229]);
  });

  it('shows replies safe to print and without secrets', async () => {
    await using connection = await connectTo(['530 s3cret \x1b[31m is wrong\r\n']);

    const reply = await connection.control.request('PASS x');

    expect(reply.shown).toBe('530 *** \\x1b[31m is wrong');
  });

  it.each([
    ['FEAT', '221-\r\n MDTM\r\n211 End\r\n', '221-\n MDTM\n211 End'],
    ['FEAT', '211-Features\r\n MDTM\r\n200 End\r\n', '211-Features\n MDTM\n200 End'],
    ['FEAT', '211-Features\r\n MDTM\r\n', '211-Features\n MDTM'],
    [
      'PASS x',
      '230-Hi\r\n500 users\r\n220 maximum\r\n\r\n230 ok\r\n',
      '230-Hi\n500 users\n220 maximum\n230 ok',
    ],
    ['NOOP', '200 ok\r\r\n', '200 ok'],
    ['NOOP', '\r\n\r\n200 ok\r\n', '200 ok'],
    ['FEAT', '211-Features\r\n211-MDTM\r\n211-End\r\n', '211-Features\n211-MDTM\n211-End'],
    ['NOOP', '200\r\n', '200'],
  ])('takes as the reply to %s: %j', async (command, text, bytes) => {
    await using connection = await connectTo([text]);

    const reply = await connection.control.request(command);

    expect(reply.bytes).toBe(bytes);
  });

  it.each([
    ['250-Here\r\n more\r\n226 End\r\n', 'protocol', /to CWD \/out, which began with 250-.*"226 End"/],
    ['250-Here\r\n more\r\n', 'timeout', /to CWD \/out, which began with 250-.* is " more"/],
    ['250 ok\r', 'timeout', /the reply to CWD \/out was not ended: "250 ok\\x0d" came without a line end/],
    ['150 Wait.\r\n', 'timeout', /after "150 Wait\.", the server did not answer CWD \/out/],
    ['', 'timeout', /no reply within 1 s: the server did not answer CWD \/out/],
  ])('ends, and says why, where the reply is %j', async (text, kind, says) => {
    await using connection = await connectTo([text]);

    await expect(connection.control.request('CWD /out')).rejects.toMatchObject({
      kind,
      answer: expect.stringMatching(says),
    });
  });

  it('shows no password in the text of a timeout', async () => {
    await using connection = await connectTo(['']);

    await expect(connection.control.request('PASS hidden')).rejects.toMatchObject({
      answer: 'no reply within 1 s: the server did not answer PASS ***',
    });
  });

  it('ends where a reply has no end and too many lines', async () => {
    await using connection = await connectTo(['250-x\r\n', ` ${'y'.repeat(80)}\r\n`.repeat(4_000)]);

    await expect(connection.control.request('NOOP')).rejects.toMatchObject({
      answer: expect.stringContaining('a reply of more than'),
    });
  });

  it('is lost with the reply and the command before it once a reply comes that no command awaits', async () => {
    await using connection = await connectTo(['250 ok\r\n250 ok\r\n']);
    await connection.control.request('CWD /out');

    await expect(connection.control.request('EPSV')).rejects.toMatchObject({
      kind: 'protocol',
      answer: expect.stringMatching(/"250 ok" when no reply was due, .* CWD \/out with "250 ok" already/),
    });
  });

  it('is lost where a command gets the second reply to the command before it', async () => {
    await using connection = await connectTo(['250 ok\r\n', '250 ok\r\n']);

    const replies = connection.control.pipeline(['CWD /out', 'EPSV']);

    await expect(replies).rejects.toMatchObject({
      kind: 'protocol',
      answer: expect.stringMatching(/answered EPSV with "250 ok", which belongs to .* CWD \/out/),
    });
  });

  it('is lost where a command gets a second reply with another code to the command before it', async () => {
    await using connection = await connectTo(['226 ok\r\n', '250 ok\r\n']);

    const replies = connection.control.pipeline(['STOR /out', 'SIZE /out']);

    await expect(replies).rejects.toMatchObject({
      kind: 'protocol',
      answer: expect.stringMatching(/answered SIZE \/out with "250 ok", .* STOR \/out/),
    });
  });

  it('says that the server hangs up where it says so unasked', async () => {
    await using connection = await connectTo(['200 ok\r\n421 Idle for too long.\r\n']);
    await connection.control.request('NOOP');

    await expect(connection.control.request('NOOP')).rejects.toMatchObject({
      kind: 'connection-lost',
      answer: 'the server sent 421 Idle for too long.',
    });
  });

  it('is lost for all further commands once the server hangs up', async () => {
    await using connection = await connectTo(['421 Going down.\r\n']);
    await connection.control.request('NOOP');

    const next = connection.control.request('NOOP');

    await expect(next).rejects.toMatchObject({
      kind: 'connection-lost',
      message: expect.stringContaining('421'),
    });
  });

  it('is lost once the login has expired, because only a new session helps', async () => {
    await using connection = await connectTo(['530 Please login with USER and PASS.\r\n']);
    connection.control.markOpen();
    await connection.control.request('SIZE /x');

    const next = connection.control.request('SIZE /x');

    await expect(next).rejects.toMatchObject({ kind: 'connection-lost' });
  });

  it('ends where a reply line never ends', async () => {
    await using connection = await connectTo(['220 x', 'y'.repeat(10_000)]);

    await expect(connection.control.request('NOOP')).rejects.toMatchObject({ kind: 'connection-lost' });
  });

  it('refuses a command with a line break before it is sent', async () => {
    await using connection = await connectTo(['200 Ok\r\n']);

    await expect(connection.control.request('NOOP\r\nDELE /x')).rejects.toThrow('must not contain CR');
    const next = await connection.control.request('NOOP');

    expect(next.code).toBe(200);
  });
});
