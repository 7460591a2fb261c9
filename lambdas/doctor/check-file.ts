import {
  evaluateHash,
  evaluateModifiedTime,
  evaluateNoFile,
  evaluateRest,
  evaluateSize,
  type HashFacts,
} from '../core/doctor/files.ts';
import type { RemoteFile } from '../core/listing/remote-file.ts';
import type { RemotePath } from '../core/path/remote-path.ts';
import { probeRest } from '../ftps/probe/probe-rest.ts';
import { parseModifiedTimeReply, parseSizeReply } from '../ftps/session/file-facts.ts';
import { wirePath } from '../ftps/session/session.ts';
import { offeredHashes, requestHash } from '../ftps/transfer/server-hash.ts';
import type { CheckContext } from './check-context.ts';
import { stepResult } from './findings-recorder.ts';
import type { ProbeFile } from './probe-file.ts';

/** A server reads the whole file to hash it. */
const maxHashedBytes = 16 * 1024 * 1024;

interface KnownFile {
  readonly path: RemotePath;
  readonly sizeBytes: number;
}

export interface FilesToCheck {
  /** Listed files of pulls. */
  readonly pulled: readonly RemoteFile[];
  /** The doctor's own file, where it may write. */
  readonly probe: ProbeFile | undefined;
}

/** Whether REST works, and up to which offset that was verified. */
export interface RestResult {
  readonly proof: 'proved' | 'refused' | 'lies';
  readonly upTo: number;
}

/**
 * Checks SIZE, MDTM, REST and the hash commands, each of which needs a file.
 * @returns undefined where there was no file for REST.
 */
export async function checkFile(
  context: CheckContext,
  { pulled, probe }: FilesToCheck,
): Promise<RestResult | undefined> {
  const { partner, recorder, sessions, signal } = context;
  const known = pulled.flatMap(({ path, sizeBytes }) =>
    sizeBytes === undefined ? [] : [{ path, sizeBytes }],
  );
  const any = probe ?? known[0] ?? pulled[0];
  const sizes = pulled.length > 0 && known.length === 0 ? 'unknown' : 'known';
  await recorder.step('size', async () => {
    if (any === undefined) return stepResult(evaluateNoFile('SIZE', partner));
    const session = await sessions.current();
    const reply = await session.control.request(`SIZE ${wirePath(session, any.path)}`);
    const value = parseSizeReply(reply);
    const answer =
      value === undefined
        ? { kind: 'refused' as const, reply: reply.shown }
        : { kind: 'answered' as const, value };
    return stepResult(evaluateSize(answer, any.sizeBytes), { size: answer.kind });
  });
  await recorder.step('modified-time', async () => {
    if (any === undefined) return stepResult(evaluateNoFile('MDTM', partner));
    const session = await sessions.current();
    const reply = await session.control.request(`MDTM ${wirePath(session, any.path)}`);
    const value = parseModifiedTimeReply(reply)?.raw;
    const answer =
      value === undefined
        ? { kind: 'refused' as const, reply: reply.shown }
        : { kind: 'answered' as const, value };
    return stepResult(evaluateModifiedTime(answer, partner), { 'modified-time': answer.kind });
  });
  const result: { rest: RestResult | undefined } = { rest: undefined };
  await recorder.step('rest', async () => {
    // Only the end of the file is read: the larger the file, the larger the offset that is verified.
    const file = findLargest(known) ?? probe;
    if (file === undefined) return stepResult(evaluateNoFile('REST', partner, sizes));
    const probeOnce = () => sessions.learningDataTls((session) => probeRest(session, file, signal));
    const first = await probeOnce();
    // A transfer that was cut short once has other bytes too, and says nothing of REST.
    const proof = first === 'lies' ? await probeOnce() : first;
    result.rest = { proof, upTo: file.sizeBytes };
    return stepResult(evaluateRest({ proof, path: file.path, bytes: file.sizeBytes }, partner), {
      rest: proof,
    });
  });
  await recorder.step('hash', async () => {
    const facts = await readHashFacts(context, probe, findSmallest(known));
    return stepResult(evaluateHash(facts, partner), { hash: facts.offered.join(' ') || 'none' });
  });
  return result.rest;
}

async function readHashFacts(
  { sessions }: CheckContext,
  probe: ProbeFile | undefined,
  listed: KnownFile | undefined,
): Promise<HashFacts> {
  const session = await sessions.current();
  const offered = offeredHashes(session.capabilities);
  const file = probe ?? listed;
  const hash = offered.length === 0 || file === undefined ? undefined : await requestHash(session, file.path);
  if (hash === undefined) return { offered, answered: undefined };
  const isRight = probe === undefined ? undefined : probe.hash(hash.algorithm) === hash.hex;
  return { offered, answered: { algorithm: hash.algorithm, isRight } };
}

function findLargest(files: readonly KnownFile[]): KnownFile | undefined {
  const sorted = files.filter(({ sizeBytes }) => sizeBytes >= 2).sort((a, b) => b.sizeBytes - a.sizeBytes);
  return sorted[0];
}

function findSmallest(files: readonly KnownFile[]): KnownFile | undefined {
  const usable = files.filter(({ sizeBytes }) => sizeBytes > 0 && sizeBytes <= maxHashedBytes);
  return usable.sort((a, b) => a.sizeBytes - b.sizeBytes)[0];
}
