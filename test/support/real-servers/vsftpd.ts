import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askVersion } from './ask-version.ts';
import { requiredPath } from './installed-path.ts';
import { opensslLimits } from './openssl-limits.ts';
import type { RealServer, RealServerOptions } from './real-server.ts';
import type { Launch, Place, ServerProgram } from './server-program.ts';
import { startRealServer } from './start-real-server.ts';

const programPattern = 'usr/sbin/vsftpd';
const passwordModulePattern = '{usr/,}lib/*/security/pam_pwdfile.so';

export const vsftpd: ServerProgram = {
  name: 'vsftpd',
  securities: ['explicit', 'implicit'],
  sessionReuse: 'required',
  parts: [programPattern, passwordModulePattern],
  // It prints its version to standard input.
  version: (program) => askVersion(['sh', '-c', '"$0" -v 0>&1', program]),
  arrange,
};

export function startVsftpd(options: RealServerOptions): Promise<RealServer> {
  return startRealServer(vsftpd, options);
}

/**
 * vsftpd authenticates users with PAM, and maps them to a user of the machine. Both come from files that are
 * mounted over /etc for this server only.
 */
async function arrange(place: Place): Promise<Launch> {
  const { folder, owner, user } = place;
  const at = (name: string) => join(folder, name);
  const passwordModule = await requiredPath('vsftpd', passwordModulePattern);
  await mkdir(at('pam.d'));
  await writeFile(at('users'), `${user}:${place.passwordHash}\n`, { mode: 0o600 });
  await writeFile(
    at('pam.d/vsftpd'),
    [`auth required ${passwordModule} pwdfile=${at('users')}`, 'account required pam_permit.so', ''].join(
      '\n',
    ),
  );
  await writeFile(
    at('passwd'),
    [
      'root:x:0:0::/root:/usr/sbin/nologin',
      'nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin',
      // The home folder must exist, although local_root replaces it.
      `ftps-guest:x:${owner.uid}:${owner.gid}::/:/usr/sbin/nologin`,
      '',
    ].join('\n'),
  );
  await mkdir(at('empty'));
  await writeFile(at('certificate.pem'), place.chainPem);
  await writeFile(at('key.pem'), place.keyPem, { mode: 0o600 });
  if (place.clientAuthorityPem !== undefined) await writeFile(at('clients.pem'), place.clientAuthorityPem);
  await writeFile(at('vsftpd.conf'), configuration(place), { mode: 0o600 });
  return {
    command: [await requiredPath('vsftpd', programPattern), at('vsftpd.conf')],
    environment: await opensslLimits(place),
    overlays: [
      { source: at('pam.d'), target: '/etc/pam.d' },
      { source: at('passwd'), target: '/etc/passwd' },
    ],
  };
}

function configuration(place: Place): string {
  const { folder, ports } = place;
  const settings: Record<string, string | number | undefined> = {
    listen: 'YES',
    listen_address: '127.0.0.1',
    listen_port: ports.control,
    pasv_min_port: ports.firstPassive,
    pasv_max_port: ports.lastPassive,
    background: 'NO',
    // The seccomp sandbox kills sessions at AUTH TLS on current kernels.
    seccomp_sandbox: 'NO',
    secure_chroot_dir: join(folder, 'empty'),
    anonymous_enable: 'NO',
    local_enable: 'YES',
    pam_service_name: 'vsftpd',
    guest_enable: 'YES',
    guest_username: 'ftps-guest',
    virtual_use_local_privs: 'YES',
    local_root: place.root,
    chroot_local_user: 'YES',
    allow_writeable_chroot: 'YES',
    write_enable: 'YES',
    local_umask: '022',
    max_login_fails: 3,
    // No delay after a refused login, for quick tests.
    delay_failed_login: 0,
    max_clients: place.maxConnections,
    ssl_enable: 'YES',
    implicit_ssl: place.security === 'implicit' ? 'YES' : 'NO',
    force_local_logins_ssl: 'YES',
    force_local_data_ssl: 'YES',
    require_ssl_reuse: 'YES',
    // The default is one cipher that current clients refuse.
    ssl_ciphers: 'HIGH',
    rsa_cert_file: join(folder, 'certificate.pem'),
    rsa_private_key_file: join(folder, 'key.pem'),
  };
  if (place.clientAuthorityPem !== undefined) {
    settings.require_cert = 'YES';
    settings.validate_cert = 'YES';
    settings.ca_certs_file = join(folder, 'clients.pem');
  }
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`)
    .concat(place.settings, '')
    .join('\n');
}
