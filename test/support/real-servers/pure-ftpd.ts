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

/** Explicit TLS only: Pure-FTPd has no other. */
export function startPureftpd(options: RealServerOptions): Promise<RealServer> {
  return startRealServer(pureftpd, options);
}

async function arrange(place: Place): Promise<Launch> {
  const { folder, ports } = place;
  const at = (name: string) => join(folder, name);
  await writeUsers(place, at);
  // Certificate, key and the authority of the clients are one file: it looks for that authority nowhere else.
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
      ...['-Y', '3'], // TLS on the control and on the data connection, or nothing
      ...['-2', at('certificate.pem')],
      // The prefix is how it is told to demand a certificate of the client.
      ...['-J', place.clientAuthorityPem === undefined ? 'HIGH' : '-C:HIGH'],
      ...['-u', '1'],
      ...(limit === undefined ? [] : ['-c', `${limit}`, '-C', `${limit}`]),
      '-A', // every user is shut in
      '-E', // no anonymous login
      '-H', // no name look-ups
      '-D', // names with a leading dot are listed, as on the other servers
      ...place.settings,
    ],
    environment: await opensslLimits(place),
    overlays: [],
  };
}

/** Written by hand, because `pure-pw useradd` takes a hash so dear that each login costs seconds. */
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
