import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Reply, reply } from '../connection/reply.ts';
import type { Command, Session } from '../connection/session.ts';
import type { HashCommand } from '../options.ts';
import type { TreePath } from '../tree/file-tree.ts';
import { resolvePath } from '../tree/tree-path.ts';
import { orRefuse } from './refusal.ts';

/** Functions that compute a hash in lower-case hex, by their names in HASH (draft-bryan-ftpext-hash, 3). */
const algorithms: ReadonlyMap<string, (bytes: Buffer) => string> = new Map([
  ['SHA-256', (bytes: Buffer) => digest('sha256', bytes)],
  ['SHA-1', (bytes: Buffer) => digest('sha1', bytes)],
  ['MD5', (bytes: Buffer) => digest('md5', bytes)],
  ['CRC32', (bytes: Buffer) => crc32(bytes).toString(16).padStart(8, '0')],
]);

/** HASH: the hash of a whole file, by the algorithm of OPTS HASH. */
export const hash: Command = (session, argument) =>
  ifOffered(session, 'HASH', async () => {
    const { hashAlgorithm: name } = session;
    const bytes = await readAll(session, argument);
    return reply(213, `${name} 0-${bytes.length} ${computeHex(name, bytes)} ${argument}`);
  });

export const xsha256 = vendorCommand('XSHA256', 'SHA-256');
export const xsha1 = vendorCommand('XSHA1', 'SHA-1');
export const xmd5 = vendorCommand('XMD5', 'MD5');
export const xcrc = vendorCommand('XCRC', 'CRC32');

/** OPTS HASH `algorithm` (draft-bryan-ftpext-hash, 3.3). */
export function selectHash(session: Session, argument: string): Reply {
  const name = argument.toUpperCase();
  if (!offers(session, 'HASH') || !algorithms.has(name)) return reply(501, `No hash ${argument}.`);
  session.hashAlgorithm = name;
  return reply(200, name);
}

/** The lines for FEAT; a star marks the selected algorithm. */
export function hashFeatures({ server, hashAlgorithm }: Session): readonly string[] {
  const names = [...algorithms.keys()].map((name) => (name === hashAlgorithm ? `${name}*` : name));
  return server.settings.features.hashes.map((each) => (each === 'HASH' ? `HASH ${names.join(';')}` : each));
}

function vendorCommand(command: HashCommand, name: string): Command {
  return (session, argument) =>
    ifOffered(session, command, async () =>
      reply(250, computeHex(name, await readAll(session, argument)).toUpperCase()),
    );
}

function ifOffered(
  session: Session,
  command: HashCommand,
  answer: () => Promise<Reply>,
): ReturnType<Command> {
  return offers(session, command) ? orRefuse(answer) : reply(500, `${command} not understood.`);
}

function offers({ server }: Session, command: HashCommand): boolean {
  return server.settings.features.hashes.includes(command);
}

async function readAll({ server, directory }: Session, argument: string): Promise<Buffer> {
  const path: TreePath = resolvePath(directory, argument);
  const chunks: Buffer[] = [];
  for await (const chunk of await server.tree.read(path, 0)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function computeHex(name: string, bytes: Buffer): string {
  const compute = algorithms.get(name);
  if (compute === undefined) throw new Error(`the hash ${name} does not exist`);
  return compute(bytes);
}

function digest(algorithm: string, bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
