import { chmod, chown, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AvailableServer } from '../../../support/real-servers/available-servers.ts';
import type { RealServer, RealServerOptions } from '../../../support/real-servers/real-server.ts';
import { connectionTo, credentialsOf, type PartnerOptions, type TestPartner } from '../test-partner.ts';

/** vsftpd, ProFTPD or Pure-FTPd over a folder on disk. */
export async function startReal(
  program: AvailableServer,
  options: PartnerOptions & Pick<RealServerOptions, 'security' | 'maxVersion' | 'settings'>,
): Promise<TestPartner> {
  const server = await program.start(options);
  return {
    settings: connectionTo(server),
    credentials: credentialsOf(server.user, server.password),
    async putFile(path, content, access) {
      const onDisk = diskPath(server, path);
      if (typeof onDisk === 'string') await mkdir(dirname(onDisk), { recursive: true });
      await writeFile(onDisk, content);
      await chown(onDisk, server.owner.uid, server.owner.gid);
      if (access === 'unreadable') await chmod(onDisk, 0);
    },
    async putDirectory(path, access) {
      const onDisk = join(server.root, path);
      await mkdir(onDisk, { recursive: true });
      // With limited access it stays root's, so that the permissions of others apply to the server's user.
      if (access === undefined) await chown(onDisk, server.owner.uid, server.owner.gid);
      else await chmod(onDisk, modes[access]);
    },
    async putLink(path, target) {
      await symlink(target, join(server.root, path));
    },
    readFile: (path) => readFile(join(server.root, path)),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const modes = { locked: 0o700, unlistable: 0o711, 'read-only': 0o755 };

function diskPath(server: RealServer, path: string | Buffer): string | Buffer {
  return typeof path === 'string' ? join(server.root, path) : Buffer.concat([Buffer.from(server.root), path]);
}
