import { connect } from 'node:net';
import { Client } from 'basic-ftp';
import { describe, expect, it } from 'vitest';
import {
  type BrokenServer,
  startGreetingServer,
  startPlainFtpServer,
  startSilentServer,
} from '../../../../testing/ftps-server/broken-servers.ts';

async function failure(server: BrokenServer, secure: true | 'implicit'): Promise<string> {
  const client = new Client(200);
  try {
    await client.access({ host: server.host, port: server.port, user: 'ann', password: 'x', secure });
    return 'no error';
  } catch (error) {
    return String(error);
  } finally {
    client.close();
  }
}

describe('a server that does not speak FTPS', () => {
  it('accepts a connection and stays silent', async () => {
    await using server = await startSilentServer();

    const outcome = await failure(server, true);

    expect(outcome).toMatch(/Timeout/);
  });

  it('refuses AUTH with 502 without TLS support', async () => {
    await using server = await startPlainFtpServer();

    const outcome = await failure(server, true);

    expect(outcome).toMatch(/502 AUTH/);
  });

  it('answers a TLS handshake with a greeting in plain text', async () => {
    await using server = await startPlainFtpServer();

    const outcome = await failure(server, 'implicit');

    expect(outcome).toMatch(/wrong version number|WRONG_VERSION/i);
  });

  it('sends the greeting of the test', async () => {
    await using server = await startGreetingServer('SSH-2.0-OpenSSH_9.2\r\n');

    const first = await new Promise<Buffer>((resolve) => {
      const socket = connect({ host: server.host, port: server.port });
      socket.once('data', (bytes: Buffer) => {
        socket.destroy();
        resolve(bytes);
      });
    });

    expect(first.toString()).toBe('SSH-2.0-OpenSSH_9.2\r\n');
  });
});
