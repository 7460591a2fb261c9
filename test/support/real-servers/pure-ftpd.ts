import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askVersion } from './ask-version.ts';
import { requiredPath } from './installed-path.ts';
import { opensslLimits } from './openssl-limits.ts';
import type { RealServer, RealServerOptions } from './real-server.ts';
import type { Launch, Place, ServerProgram } from './server-program.ts';
import { startRealServer } from './start-real-server.ts';

const programPattern = 'usr/sbin/pure-ftpd';
const usersProgramPattern = 'usr/bin/pure-pw';

export const pureftpd: ServerProgram = {
  name: 'pure-ftpd',
  securities: ['explicit'],
  sessionReuse: 'offered',
  parts: [programPattern, usersProgramPattern],
  version: (program) => askVersion([program, '--help']),
  arrange,
};

/** Pure-FTPd supports explicit TLS only. */
export function startPureftpd(options: RealServerOptions): Promise<RealServer> {
  return startRealServer(pureftpd, options);
}

async function arrange(place: Place): Promise<Launch> {
  const { folder, ports } = place;
  const at = (name: string) => join(folder, name);
  await writeUsers(place, at);
  // Pure-FTPd expects certificate, key and the client authority in one file.
  const pem = place.keyPem + place.chainPem + (place.clientAuthorityPem ?? '');
  await writeFile(at('certificate.pem'), pem, { mode: 0o600 });
  const limit = place.maxConnections;
  return {
    command: [
      await requiredPath('pure-ftpd', programPattern),
      ...['-S', `127.0.0.1,${ports.control}`],
      ...['-p', `${ports.firstPassive}:${ports.lastPassive}`],
      ...['-g', at('pid')],
      ...['-f', 'none'],
      ...['-l', `puredb:${at('users.pdb')}`],
      ...['-Y', '3'], // TLS required on control and data connections
      ...['-2', at('certificate.pem')],
      // The prefix requires a client certificate.
      ...['-J', place.clientAuthorityPem === undefined ? 'HIGH' : '-C:HIGH'],
      ...['-u', '1'],
      ...(limit === undefined ? [] : ['-c', `${limit}`, '-C', `${limit}`]),
      '-A', // every user is confined to the root
      '-E', // no anonymous login
      '-H', // no name look-ups
      '-D', // names with a leading dot are listed, as on the other servers
      ...place.settings,
    ],
    environment: await opensslLimits(place),
    overlays: [],
  };
}

/** Not by `pure-pw useradd`, whose hash costs seconds for each login. */
async function writeUsers(place: Place, at: (name: string) => string): Promise<void> {
  const { uid, gid } = place.owner;
  const limits = ':'.repeat(12);
  await writeFile(
    at('users'),
    `${place.user}:${place.passwordHash}:${uid}:${gid}::${place.root}/./${limits}\n`,
    {
      mode: 0o600,
    },
  );
  const program = await requiredPath('pure-ftpd', usersProgramPattern);
  await promisify(execFile)(program, ['mkdb', at('users.pdb'), '-f', at('users')]);
}
