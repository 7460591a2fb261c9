import { createServer, type Server, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Control } from '../../../lambdas/ftps/control.ts';

/** A control connection to a server that plays `script`: what it sends, each piece in a packet of its own. */
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
  const control = new Control({ target: 'test', replyMs: 1000, trace: undefined, secrets: ['s3cret'] });
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

  it('is lost for all further commands once the server hangs up', async () => {
    await using connection = await connectTo(['421 Going down.\r\n']);
    await connection.control.request('NOOP');

    const next = connection.control.request('NOOP');

    await expect(next).rejects.toMatchObject({
      kind: 'connection-lost',
      message: expect.stringContaining('421'),
    });
  });

  it('is lost once the server has forgotten the login: only a new session can cure that', async () => {
    await using connection = await connectTo(['530 Please login with USER and PASS.\r\n']);
    connection.control.markOpen();
    await connection.control.request('SIZE /x');

    const next = connection.control.request('SIZE /x');

    await expect(next).rejects.toMatchObject({ kind: 'connection-lost' });
  });

  it('does not gather a reply line without an end', async () => {
    await using connection = await connectTo(['220 x', 'y'.repeat(10_000)]);

    await expect(connection.control.request('NOOP')).rejects.toMatchObject({ kind: 'connection-lost' });
  });

  it('refuses a command with a line break before it is sent', async () => {
    await using connection = await connectTo(['200 Ok\r\n']);

    await expect(connection.control.request('NOOP\r\nDELE /x')).rejects.toThrow('control characters');
    const next = await connection.control.request('NOOP');

    expect(next.code).toBe(200);
  });
});
