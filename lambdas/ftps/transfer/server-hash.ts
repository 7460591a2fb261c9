import type { RemotePath } from '../../core/path/remote-path.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';
import type { Capabilities } from '../session/capabilities.ts';
import { type Session, wirePath } from '../session/session.ts';

export type HashAlgorithm = 'sha256' | 'sha1' | 'md5' | 'crc32';

/** The hash that the server computed of a file. */
export interface ServerHash {
  readonly algorithm: HashAlgorithm;
  /** In lower case, with leading zeros. */
  readonly hex: string;
}

interface AlgorithmFacts {
  /** Its name in HASH (draft-bryan-ftpext-hash, 3). */
  readonly name: string;
  /** Vendors' commands from before HASH. */
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

/** The algorithms that the server offers in FEAT, best first. */
export function offeredHashes(capabilities: Capabilities): readonly HashAlgorithm[] {
  return bestFirst.filter((algorithm) => hashCommands(algorithm, capabilities).length > 0);
}

/**
 * The hash of a whole file, computed by the server, with the first wanted algorithm that it offers and
 * answers: by HASH, else by XSHA256, XSHA1, XMD5 or XCRC. The server reads the file for it, so the wait is up
 * to `finalReplyMs`. Undefined where the server offers none, refuses, or sends a reply that cannot be parsed,
 * which says nothing about the file.
 * @throws FtpsError where the session is gone.
 */
export async function requestHash(
  session: Session,
  path: RemotePath,
  wanted: readonly HashAlgorithm[] = bestFirst,
): Promise<ServerHash | undefined> {
  for (const algorithm of wanted) {
    for (const command of hashCommands(algorithm, session.capabilities)) {
      const hex =
        command === 'HASH'
          ? await hashWithHash(session, path, algorithm)
          : await hashWithVendorCommand(session, path, { algorithm, command });
      if (hex !== undefined) return { algorithm, hex };
    }
  }
  return undefined;
}

/**
 * The commands for this hash, HASH first. Its FEAT line is `HASH SHA-256;SHA-1*;MD5`; the star marks the
 * default.
 */
function hashCommands(algorithm: HashAlgorithm, { features }: Capabilities): readonly string[] {
  const { name, vendorCommands } = algorithms[algorithm];
  const hashes = (features?.get('HASH') ?? '').toUpperCase().split(';');
  const hasHash = hashes.some((each) => each.replace('*', '').trim() === name);
  return [...(hasHash ? ['HASH'] : []), ...vendorCommands.filter((command) => features?.has(command))];
}

async function hashWithHash(
  session: Session,
  path: RemotePath,
  algorithm: HashAlgorithm,
): Promise<string | undefined> {
  const { name } = algorithms[algorithm];
  const selected = await session.control.request(`OPTS HASH ${name}`);
  if (!isPositive(selected)) return undefined;
  const reply = await requestSlowly(session, path, 'HASH');
  return isPositive(reply) ? parseHashReply(reply, algorithm) : undefined;
}

async function hashWithVendorCommand(
  session: Session,
  path: RemotePath,
  { algorithm, command }: { readonly algorithm: HashAlgorithm; readonly command: string },
): Promise<string | undefined> {
  // ProFTPD reads `XCRC /a 0 5` as bytes 0 to 5 of /a, so a name with spaces could get another hash.
  if (/\s/.test(path)) return undefined;
  const reply = await requestSlowly(session, path, command);
  return isPositive(reply) ? parseVendorHashReply(reply, algorithm) : undefined;
}

/** The final reply, with the timeout for a server that works on a file. */
async function requestSlowly(session: Session, path: RemotePath, command: string): Promise<Reply> {
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

/** `213 SHA-256 0-49 6ae4... name`: algorithm, range and hash. A range must begin at 0. */
function parseHashReply(reply: Reply, algorithm: HashAlgorithm): string | undefined {
  const found = /^213 (\S+) 0-\d+ ([0-9a-f]+)(?: |$)/i.exec(lastLine(reply));
  if (found?.[1]?.toUpperCase() !== algorithms[algorithm].name) return undefined;
  return toHex(found[2] ?? '', algorithm);
}

/**
 * `250 6AE4...`, possibly with the command's name before it. Replies that repeat the path are not understood.
 */
function parseVendorHashReply(reply: Reply, algorithm: HashAlgorithm): string | undefined {
  return toHex(/^2\d\d (?:X[A-Z0-9]+[ :]+)?"?([0-9a-f]+)"?$/i.exec(lastLine(reply))?.[1] ?? '', algorithm);
}

/** Some servers send a CRC as a number, without leading zeros. The other hashes have a fixed length. */
function toHex(digits: string, algorithm: HashAlgorithm): string | undefined {
  const { hexDigits } = algorithms[algorithm];
  const whole = algorithm === 'crc32' && digits !== '' ? digits.padStart(hexDigits, '0') : digits;
  return whole.length === hexDigits ? whole.toLowerCase() : undefined;
}

function lastLine(reply: Reply): string {
  return reply.bytes.trimEnd().split('\n').at(-1)?.trimEnd() ?? '';
}
