import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/**
 * Hashes a password with SHA-512 in the format of crypt(5), which all three servers read. It uses Perl, which
 * every Debian has; the password goes through a pipe, so that `ps` does not show it. The number of rounds is
 * the minimum, for quick logins.
 */
export function passwordHash(password: string): string {
  const salt = `$6$rounds=1000$${randomBytes(8).toString('hex')}$`;
  const perl = spawnSync('perl', ['-e', 'print crypt(<STDIN>, $ARGV[0])', salt], {
    input: password,
    encoding: 'utf8',
  });
  if (perl.status !== 0 || !perl.stdout.startsWith(salt)) {
    throw new Error(`Perl could not hash a password with SHA-512: ${perl.stderr}`, { cause: perl.error });
  }
  return perl.stdout;
}
