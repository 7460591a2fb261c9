import { connect } from 'node:net';
import { Client } from 'basic-ftp';
import { describe, expect, it } from 'vitest';
import {
  type BrokenServer,
  startPlainFtpServer,
  startSilentServer,
  startTalkingServer,
} from '../../support/ftps-server/broken-servers.ts';

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

describe('a server that is no FTPS server', () => {
  it('accepts a connection and stays silent', async () => {
    await using server = await startSilentServer();

    const outcome = await failure(server, true);

    expect(outcome).toMatch(/Timeout/);
  });

  it('refuses AUTH with 502 where it knows no TLS', async () => {
    await using server = await startPlainFtpServer();

    const outcome = await failure(server, true);

    expect(outcome).toMatch(/502 AUTH/);
  });

  it('answers a TLS handshake with a greeting in clear text', async () => {
    await using server = await startPlainFtpServer();

    const outcome = await failure(server, 'implicit');

    expect(outcome).toMatch(/wrong version number|WRONG_VERSION/i);
  });

  it('says whatever the test wants', async () => {
    await using server = await startTalkingServer('SSH-2.0-OpenSSH_9.2\r\n');

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
