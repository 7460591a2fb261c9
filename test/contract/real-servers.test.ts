import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../../testing/certificates.ts';
import { availableServers } from '../support/real-servers/available-servers.ts';
import { type ClientCertificate, connectRaw } from '../support/real-servers/raw-ftps.ts';
import type { RealServer, Security, ServerName } from '../support/real-servers/real-server.ts';
import { waitUntil } from '../support/wait-until.ts';

const { ready, absent } = await availableServers();

for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: tests of ${name}: ${reason}.\n`);
  test.skip(`${name} is tested where it is present (${reason})`);
}

/** The reply to a data connection with a TLS session of its own; Pure-FTPd has no switch to refuse it. */
const replyToOwnSession: Record<ServerName, number> = { vsftpd: 522, proftpd: 425, 'pure-ftpd': 226 };

/**
 * The reply to one connection more than the limit. In implicit TLS vsftpd says its 421 in the clear, where
 * TLS should be.
 */
function replyBeyondLimit(name: ServerName, security: Security): RegExp {
  if (name === 'vsftpd') return security === 'implicit' ? /wrong version number/ : /421/;
  return name === 'proftpd' ? /530/ : /421/;
}

for (const server of ready) {
  for (const security of server.securities) {
    describe(`${server.name}, ${security} TLS`, () => {
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const only = { security, minVersion: version, maxVersion: version };

        test(`shows a certificate that can be verified and takes a login over ${version}`, async () => {
          await using running = await server.start(only);

          using client = await logIn(running);

          expect(client.control.authorized).toBe(true);
          expect(client.control.getProtocol()).toBe(version);
        });

        // Pure-FTPd never resumes a session of TLS 1.3: it hands out no tickets.
        const resumes = server.name !== 'pure-ftpd' || version === 'TLSv1.2';
        test(`sends a file, ${resumes ? 'resuming' : 'unable to resume'} the session of ${version}`, async () => {
          await using running = await server.start(only);
          await writeFile(join(running.root, 'hello.txt'), 'hello');
          using client = await logIn(running);

          const answer = await client.receive('RETR hello.txt', 'reuse');

          expect(answer.bytes.toString()).toBe('hello');
          expect(answer.sessionReused).toBe(resumes);
          expect(answer.reply.code).toBe(226);
        });

        test(`answers ${replyToOwnSession[server.name]} to a data connection with a session of ${version} of its own`, async () => {
          await using running = await server.start(only);
          await writeFile(join(running.root, 'hello.txt'), 'hello');
          using client = await logIn(running);

          const answer = await client.receive('RETR hello.txt', 'own');

          expect(answer.reply.code).toBe(replyToOwnSession[server.name]);
          expect(answer.bytes.toString()).toBe(server.sessionReuse === 'required' ? '' : 'hello');
        });
      }

      test('refuses to read a file that its user may not read', async () => {
        await using running = await server.start({ security });
        await writeFile(join(running.root, 'secret.txt'), 'secret');
        await chmod(join(running.root, 'secret.txt'), 0);
        using client = await logIn(running);

        const { reply, bytes } = await client.receive('RETR secret.txt', 'reuse');

        expect(reply.code).toBe(550);
        expect(bytes).toHaveLength(0);
      });

      test('takes a client whose certificate is of the authority asked for', async () => {
        const clients = await createAuthority('clients');
        await using running = await server.start({
          security,
          requireClientCertificate: clients.certificatePem,
        });

        using client = await logIn(running, await clients.issue({ names: ['acme'], usage: 'client' }));

        expect(client.control.authorized).toBe(true);
      });

      test('turns away a client without a certificate where one is asked for', async () => {
        const clients = await createAuthority('clients');
        await using running = await server.start({
          security,
          requireClientCertificate: clients.certificatePem,
        });

        const login = logIn(running);

        await expect(login).rejects.toMatchObject({ code: alertOr('CERTIFICATE_REQUIRED') });
      });

      test('turns away a client whose certificate is of another authority', async () => {
        const clients = await createAuthority('clients');
        const strangers = await createAuthority('strangers');
        await using running = await server.start({
          security,
          requireClientCertificate: clients.certificatePem,
        });

        const login = logIn(running, await strangers.issue({ names: ['acme'], usage: 'client' }));

        await expect(login).rejects.toMatchObject({ code: alertOr('UNKNOWN_CA') });
      });

      test('turns away one connection more than its limit', async () => {
        await using running = await server.start({ security, maxConnections: 1 });
        using _first = await logIn(running);

        const second = logIn(running);

        await expect(second).rejects.toThrow(replyBeyondLimit(server.name, security));
      });
    });
  }
}

for (const { name } of ready) {
  test(`${name} ends with the process that started it, even if that is killed`, async () => {
    const serving = spawn('node', ['test/support/real-servers/serve.ts', name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(serving.stdout), 'line');
    const { port, caFile, root } = JSON.parse(line);

    serving.kill('SIGKILL');

    // Killed, it could not clean up; the folders are ours to remove.
    await waitUntil({ what: `${name} has ended`, check: async () => !(await accepts(port)) });
    await Promise.all([dirname(caFile), dirname(root)].map((folder) => rm(folder, { recursive: true })));
  });
}

/**
 * With TLS 1.3 the client speaks before it is refused; then a reset may overtake the alert (RFC 8446,
 * 4.4.2.4).
 */
function alertOr(alert: string): unknown {
  return expect.stringMatching(new RegExp(`ALERT_${alert}$|^ECONNRESET$|^EPIPE$`));
}

async function logIn(server: RealServer, certificate?: ClientCertificate) {
  const client = await connectRaw(server, certificate);
  try {
    await client.login();
    return client;
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
