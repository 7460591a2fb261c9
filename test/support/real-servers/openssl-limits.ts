import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './server-program.ts';

/**
 * Writes an OpenSSL configuration with the lowest and highest TLS version, and returns the environment that
 * makes a program use it. For servers without such a setting.
 */
export async function opensslLimits({
  folder,
  minVersion,
  maxVersion,
}: Pick<Place, 'folder' | 'minVersion' | 'maxVersion'>): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, 'openssl.cnf');
  const lines = [
    'openssl_conf = start',
    '[start]',
    'ssl_conf = programs',
    '[programs]',
    'system_default = limits',
    '[limits]',
    `MinProtocol = ${minVersion}`,
    `MaxProtocol = ${maxVersion}`,
    '',
  ];
  await writeFile(file, lines.join('\n'));
  return { OPENSSL_CONF: file };
}
