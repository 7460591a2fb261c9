import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { askVersion } from './ask-version.ts';
import { requiredPath } from './installed-path.ts';
import type { RealServer, RealServerOptions } from './real-server.ts';
import type { Launch, Place, ServerProgram } from './server-program.ts';
import { startRealServer } from './start-real-server.ts';

const programPattern = 'usr/sbin/proftpd';
const tlsModulePattern = 'usr/lib/proftpd/mod_tls.so';

export const proftpd: ServerProgram = {
  name: 'proftpd',
  securities: ['explicit', 'implicit'],
  sessionReuse: 'required',
  parts: [programPattern, tlsModulePattern],
  version: (program) => askVersion([program, '-v']),
  arrange,
};

export function startProftpd(options: RealServerOptions): Promise<RealServer> {
  return startRealServer(proftpd, options);
}

async function arrange(place: Place): Promise<Launch> {
  const { folder, owner, user } = place;
  const at = (name: string) => join(folder, name);
  await writeFile(
    at('users'),
    `${user}:${place.passwordHash}:${owner.uid}:${owner.gid}::${place.root}:/usr/sbin/nologin\n`,
    { mode: 0o600 },
  );
  await writeFile(at('certificate.pem'), place.chainPem);
  await writeFile(at('key.pem'), place.keyPem, { mode: 0o600 });
  if (place.clientAuthorityPem !== undefined) await writeFile(at('clients.pem'), place.clientAuthorityPem);
  const modules = dirname(await requiredPath('proftpd', tlsModulePattern));
  await writeFile(at('proftpd.conf'), configuration(place, modules));
  return {
    command: [await requiredPath('proftpd', programPattern), '--nodaemon', '--config', at('proftpd.conf')],
    // The character set of file names. Without one, ProFTPD refuses names outside ASCII.
    environment: { LC_ALL: 'C.UTF-8' },
    overlays: [],
  };
}

function configuration(place: Place, modules: string): string {
  const { folder, ports } = place;
  const quoted = (name: string) => `"${join(folder, name)}"`;
  const clients =
    place.clientAuthorityPem === undefined
      ? ['TLSVerifyClient off']
      : ['TLSVerifyClient on', `TLSCACertificateFile ${quoted('clients.pem')}`];
  const versions = [...new Set([place.minVersion, place.maxVersion])].join(' ');
  return [
    `ModulePath "${modules}"`,
    'LoadModule mod_tls.c',
    'ServerType standalone',
    'ServerIdent on "ProFTPD"',
    'DefaultAddress 127.0.0.1',
    'SocketBindTight on',
    'UseIPv6 off',
    'UseReverseDNS off',
    `Port ${ports.control}`,
    `PassivePorts ${ports.firstPassive} ${ports.lastPassive}`,
    'User nobody',
    'Group nogroup',
    `PidFile ${quoted('pid')}`,
    `ScoreboardFile ${quoted('scoreboard')}`,
    `SystemLog ${quoted('system.log')}`,
    'TransferLog NONE',
    'WtmpLog off',
    // It would delay every login to the duration of the slowest one.
    '<IfModule mod_delay.c>',
    'DelayEngine off',
    '</IfModule>',
    'AuthOrder mod_auth_file.c',
    `AuthUserFile ${quoted('users')}`,
    'RequireValidShell off',
    'UseFtpUsers off',
    'DefaultRoot ~',
    'Umask 022',
    'AllowOverwrite on',
    'AllowStoreRestart on',
    ...(place.maxConnections === undefined ? [] : [`MaxClientsPerHost ${place.maxConnections}`]),
    'TLSEngine on',
    'TLSRequired on',
    `TLSLog ${quoted('tls.log')}`,
    `TLSProtocol ${versions}`,
    ...(place.security === 'implicit' ? ['TLSOptions UseImplicitSSL'] : []),
    `TLSECCertificateFile ${quoted('certificate.pem')}`,
    `TLSECCertificateKeyFile ${quoted('key.pem')}`,
    ...clients,
    ...place.settings,
    '',
  ].join('\n');
}
