import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/**
 * Hashes a password with SHA-512 in the form of crypt(5), which all three servers read. Perl does it, because Debian always has
 * Perl; the password goes through a pipe, out of sight of `ps`. The rounds are the fewest allowed: logins shall be quick.
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
