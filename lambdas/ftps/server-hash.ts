import type { RemotePath } from '../sync/remote-path.ts';
import type { Capabilities } from './capabilities.ts';
import { FtpsError } from './ftps-error.ts';
import { isPositive, type Reply } from './reply.ts';
import { type Session, wirePath } from './session.ts';

export type HashAlgorithm = 'sha256' | 'sha1' | 'md5' | 'crc32';

/** What the server computed of the bytes it has. */
export interface ServerHash {
  readonly algorithm: HashAlgorithm;
  /** Lower case, with leading zeros. */
  readonly hex: string;
}

interface AlgorithmFacts {
  /** As HASH names it (draft-bryan-ftpext-hash, 3). */
  readonly name: string;
  /** The commands that vendors made before there was HASH. */
  readonly vendorCommands: readonly string[];
  readonly hexDigits: number;
}

const algorithms: Readonly<Record<HashAlgorithm, AlgorithmFacts>> = {
  sha256: { name: 'SHA-256', vendorCommands: ['XSHA256'], hexDigits: 64 },
  sha1: { name: 'SHA-1', vendorCommands: ['XSHA1', 'XSHA'], hexDigits: 40 },
  md5: { name: 'MD5', vendorCommands: ['XMD5'], hexDigits: 32 },
  crc32: { name: 'CRC32', vendorCommands: ['XCRC'], hexDigits: 8 },
};

const bestFirst: readonly HashAlgorithm[] = ['sha256', 'sha1', 'md5', 'crc32'];

/** What the server offers by FEAT, best first: whoever sends a file can compute one of them meanwhile. */
export function hashesOffered(capabilities: Capabilities): readonly HashAlgorithm[] {
  return bestFirst.filter((algorithm) => waysTo(algorithm, capabilities).length > 0);
}

/**
 * The hash of a whole file as the server computes it, by the first of the wanted algorithms that it offers and answers:
 * HASH, else XSHA256, XSHA1, XMD5 or XCRC. It reads the file for it, so that the wait is as long as for a final reply.
 * Undefined where it offers none, refuses, or answers what cannot be understood: that says nothing of the file.
 * @throws FtpsError where the session is gone.
 */
export async function hashOf(
  session: Session,
  path: RemotePath,
  wanted: readonly HashAlgorithm[] = bestFirst,
): Promise<ServerHash | undefined> {
  for (const algorithm of wanted) {
    for (const way of waysTo(algorithm, session.capabilities)) {
      const hex =
        way === 'HASH'
          ? await byHash(session, path, algorithm)
          : await byVendor(session, path, { algorithm, command: way });
      if (hex !== undefined) return { algorithm, hex };
    }
  }
  return undefined;
}

/** The commands that give this hash, HASH first. Its FEAT line is `HASH SHA-256;SHA-1*;MD5`, the star at the chosen one. */
function waysTo(algorithm: HashAlgorithm, { features }: Capabilities): readonly string[] {
  const { name, vendorCommands } = algorithms[algorithm];
  const hashes = (features?.get('HASH') ?? '').toUpperCase().split(';');
  const hasHash = hashes.some((each) => each.replace('*', '').trim() === name);
  return [...(hasHash ? ['HASH'] : []), ...vendorCommands.filter((command) => features?.has(command))];
}

async function byHash(
  session: Session,
  path: RemotePath,
  algorithm: HashAlgorithm,
): Promise<string | undefined> {
  const { name } = algorithms[algorithm];
  const chosen = await session.control.request(`OPTS HASH ${name}`);
  if (!isPositive(chosen)) return undefined;
  const reply = await ask(session, path, 'HASH');
  return isPositive(reply) ? hexOfHash(reply, algorithm) : undefined;
}

async function byVendor(
  session: Session,
  path: RemotePath,
  { algorithm, command }: { readonly algorithm: HashAlgorithm; readonly command: string },
): Promise<string | undefined> {
  // ProFTPD takes `XCRC /a 0 5` for bytes 0 to 5 of /a, so that such a name would get the hash of something else.
  if (/\s/.test(path)) return undefined;
  const reply = await ask(session, path, command);
  return isPositive(reply) ? hexOfVendor(reply, algorithm) : undefined;
}

/** The final reply, waited for as long as a server may work on a file. */
async function ask(session: Session, path: RemotePath, command: string): Promise<Reply> {
  const { control, timeouts } = session;
  const line = `${command} ${wirePath(session, path)}`;
  const answer = `no hash within ${timeouts.finalReplyMs / 1000} s`;
  const timer = setTimeout(() => {
    control.drop(new FtpsError({ kind: 'timeout', attempt: 'hashing', target: path, answer, path }));
  }, timeouts.finalReplyMs);
  try {
    return await control.exchange<Reply>(line, (reply, settle) => {
      if (reply.code >= 200) settle.resolve(reply);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** `213 SHA-256 0-49 6ae4... name`: algorithm, range and hash; a range that begins later is not of the whole file. */
function hexOfHash(reply: Reply, algorithm: HashAlgorithm): string | undefined {
  const found = /^213 (\S+) 0-\d+ ([0-9a-f]+)(?: |$)/i.exec(lastLine(reply));
  if (found?.[1]?.toUpperCase() !== algorithms[algorithm].name) return undefined;
  return asHex(found[2] ?? '', algorithm);
}

/** `250 6AE4...`, perhaps with the command's name in front. The path is not repeated, or it could be taken for a hash. */
function hexOfVendor(reply: Reply, algorithm: HashAlgorithm): string | undefined {
  return asHex(/^2\d\d (?:X[A-Z0-9]+[ :]+)?"?([0-9a-f]+)"?$/i.exec(lastLine(reply))?.[1] ?? '', algorithm);
}

/** Some servers leave out the leading zeros of a CRC, which is a number to them; the others are texts of fixed length. */
function asHex(digits: string, algorithm: HashAlgorithm): string | undefined {
  const { hexDigits } = algorithms[algorithm];
  const whole = algorithm === 'crc32' && digits !== '' ? digits.padStart(hexDigits, '0') : digits;
  return whole.length === hexDigits ? whole.toLowerCase() : undefined;
}

function lastLine(reply: Reply): string {
  return reply.bytes.trimEnd().split('\n').at(-1)?.trimEnd() ?? '';
}
