import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramName } from './real-server.ts';

/** How to install a missing server. */
export const installRemedy = 'run .ci/install-ftps-servers as root on Debian or Ubuntu';

/**
 * Finds an installed file by its pattern below the root of a file system, such as `usr/sbin/vsftpd`: first
 * where .ci/install-ftps-servers unpacks the server, then where its package installs it.
 */
export async function installedPath(server: ProgramName, pattern: string): Promise<string | undefined> {
  const prefix = process.env.FTPS_SERVERS_PREFIX ?? '/opt/ftps-servers';
  for (const cwd of [join(prefix, server), '/']) {
    for await (const found of glob(pattern, { cwd })) return join(cwd, found);
  }
  return undefined;
}

/** As `installedPath`. @throws Error with the remedy where the file is missing. */
export async function requiredPath(server: ProgramName, pattern: string): Promise<string> {
  const path = await installedPath(server, pattern);
  if (path === undefined) throw new Error(`${server} cannot start: ${pattern} is missing; ${installRemedy}.`);
  return path;
}
