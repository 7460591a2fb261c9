/**
 * Runs one real server, for manual tests and benchmarks. Prints one line of JSON with what a client needs,
 * and serves until SIGINT or SIGTERM. The server accesses DIR as its owner, or as nobody where that is root.
 *
 * Usage: node test/support/real-servers/serve.ts vsftpd|proftpd|pure-ftpd [--root DIR] [--security
 * explicit|implicit]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { availableServers } from './available-servers.ts';
import type { Security } from './real-server.ts';

const usage = 'Usage: serve.ts vsftpd|proftpd|pure-ftpd [--root DIR] [--security explicit|implicit]';

await using ended = new AsyncDisposableStack();
const { name, root, security } = parseCommand();
const { ready, absent } = await availableServers();
const chosen = ready.find((server) => server.name === name);
if (chosen === undefined) fail(absent.find((server) => server.name === name)?.reason ?? usage);

const server = ended.use(await chosen.start({ security, root }).catch((error: Error) => fail(error.message)));
const caFolder = await mkdtemp(join(tmpdir(), 'ftps-sync-ca-'));
ended.defer(() => rm(caFolder, { recursive: true, force: true }));
const caFile = join(caFolder, 'ca.pem');
await writeFile(caFile, server.authorityPem);

const { host, port, user, password } = server;
const stopped = new Promise((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
process.stdout.write(
  `${JSON.stringify({ name, host, port, security, user, password, caFile, root: server.root })}\n`,
);
await stopped;

function parseCommand(): { name: string | undefined; root: string | undefined; security: Security } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { root: { type: 'string' }, security: { type: 'string', default: 'explicit' } },
    });
    const { root, security } = values;
    if (positionals.length === 1 && (security === 'explicit' || security === 'implicit')) {
      return { name: positionals[0], root, security };
    }
  } catch (error) {
    fail(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
  return fail(usage);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
