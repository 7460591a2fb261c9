import { modifiedTimeIn, sizeIn } from '../ftps/commands.ts';
import { proveRest } from '../ftps/prove-rest.ts';
import { hashesOffered, hashOf } from '../ftps/server-hash.ts';
import { wirePath } from '../ftps/session.ts';
import {
  type HashFacts,
  judgeHash,
  judgeModifiedTime,
  judgeNoFile,
  judgeRest,
  judgeSize,
} from '../sync/doctor-files.ts';
import type { RemoteFile } from '../sync/remote-file.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import { seen } from './chart.ts';
import type { Examination } from './look-at-server.ts';
import type { ProbeFile } from './probe-file.ts';

/** A server reads the whole file for its hash. */
const largestHashedBytes = 16 * 1024 * 1024;

interface KnownFile {
  readonly path: RemotePath;
  readonly sizeBytes: number;
}

export interface FilesToAskFor {
  /** From the listings of pulls. */
  readonly pulled: readonly RemoteFile[];
  /** The doctor's own, where it may write. */
  readonly own: ProbeFile | undefined;
}

/** What REST is worth, and by a file of which size that was found; undefined where there was none. */
export interface RestResult {
  readonly proof: 'proved' | 'refused' | 'lies';
  readonly upTo: number;
}

/** SIZE, MDTM, REST and the hash commands, each of which needs a file. */
export async function lookAtFile(
  examination: Examination,
  { pulled, own }: FilesToAskFor,
): Promise<RestResult | undefined> {
  const { partner, chart, sessions, signal } = examination;
  const known = pulled.flatMap(({ path, sizeBytes }) =>
    sizeBytes === undefined ? [] : [{ path, sizeBytes }],
  );
  const any = own ?? known[0];
  await chart.step('size', async () => {
    if (any === undefined) return seen(judgeNoFile('SIZE', partner));
    const session = await sessions.current();
    const reply = await session.control.request(`SIZE ${wirePath(session, any.path)}`);
    const value = sizeIn(reply);
    const answer =
      value === undefined
        ? { kind: 'refused' as const, reply: reply.shown }
        : { kind: 'told' as const, value };
    return seen(judgeSize(answer, any.sizeBytes), { size: answer.kind });
  });
  await chart.step('modified-time', async () => {
    if (any === undefined) return seen(judgeNoFile('MDTM', partner));
    const session = await sessions.current();
    const reply = await session.control.request(`MDTM ${wirePath(session, any.path)}`);
    const value = modifiedTimeIn(reply)?.raw;
    const answer =
      value === undefined
        ? { kind: 'refused' as const, reply: reply.shown }
        : { kind: 'told' as const, value };
    return seen(judgeModifiedTime(answer, partner), { 'modified-time': answer.kind });
  });
  const result: { rest: RestResult | undefined } = { rest: undefined };
  await chart.step('rest', async () => {
    // The larger it is, the more an offset near its end proves; of the rest of it nothing is read.
    const file = largestOf(known) ?? own;
    if (file === undefined) return seen(judgeNoFile('REST', partner));
    const proof = await proveRest(await sessions.current(), file, signal);
    result.rest = { proof, upTo: file.sizeBytes };
    return seen(judgeRest({ proof, path: file.path, bytes: file.sizeBytes }, partner), { rest: proof });
  });
  await chart.step('hash', async () => {
    const facts = await hashFacts(examination, own, smallestOf(known));
    return seen(judgeHash(facts, partner), { hash: facts.offered.join(' ') || 'none' });
  });
  return result.rest;
}

async function hashFacts(
  { sessions }: Examination,
  own: ProbeFile | undefined,
  other: KnownFile | undefined,
): Promise<HashFacts> {
  const session = await sessions.current();
  const offered = hashesOffered(session.capabilities);
  const file = own ?? other;
  const hash = offered.length === 0 || file === undefined ? undefined : await hashOf(session, file.path);
  if (hash === undefined) return { offered, answered: undefined };
  const isRight = own === undefined ? undefined : own.hexOf(hash.algorithm) === hash.hex;
  return { offered, answered: { algorithm: hash.algorithm, isRight } };
}

function largestOf(files: readonly KnownFile[]): KnownFile | undefined {
  const sorted = files.filter(({ sizeBytes }) => sizeBytes >= 2).sort((a, b) => b.sizeBytes - a.sizeBytes);
  return sorted[0];
}

function smallestOf(files: readonly KnownFile[]): KnownFile | undefined {
  const usable = files.filter(({ sizeBytes }) => sizeBytes > 0 && sizeBytes <= largestHashedBytes);
  return usable.sort((a, b) => a.sizeBytes - b.sizeBytes)[0];
}
