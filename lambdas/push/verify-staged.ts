import { FtpsError } from '../ftps/ftps-error.ts';
import { hashesOffered, hashOf } from '../ftps/server-hash.ts';
import type { Session } from '../ftps/session.ts';
import { workLeftMs } from '../runtime/deadline.ts';
import type { DeliveryVerification } from '../sync/delivery-record.ts';
import { hashMs, proofBytes } from '../sync/resume-upload.ts';
import type { Load, Staged } from './stage-object.ts';
import { StreamDigests } from './stream-digests.ts';

export interface Verified {
  readonly verification: Exclude<DeliveryVerification, 'looked'>;
  /** Of all the bytes, lower-case hex; undefined where it would have to be read for it once more, and nobody wants it. */
  readonly sha256: string | undefined;
}

/** A load whose SHA-256 a checksum file may need. */
export interface LoadToVerify extends Load {
  readonly isSha256Wanted: boolean;
}

/**
 * Compares what is staged, whose size is right, with the server's own hash, where it offers one and can be expected to know it in
 * time: of a very large file it would have to be waited for longer than the server may be silent. What invocations before have sent
 * is read once more for it. `more`: the SHA-256 is wanted, and only a fresh invocation has the time for it.
 * @throws FtpsError `wrong-size` where the hashes differ; StorageError; the signal's reason
 */
export async function verifyStaged(
  session: Session,
  { digests, sentBytes }: Staged,
  load: LoadToVerify,
): Promise<Verified | 'more'> {
  const { progress, deadline, isSha256Wanted } = load;
  const neededMs = hashMs(progress.sizeBytes);
  const leftMs = workLeftMs(deadline);
  const offered = hashesOffered(session.capabilities);
  const isAsked = offered.length > 0 && neededMs < Math.min(session.timeouts.finalReplyMs, leftMs / 2);
  const isUsed = sentBytes > proofBytes;
  if (digests === undefined && isSha256Wanted && !isAsked && isUsed && neededMs > leftMs) {
    await progress.end(progress.sizeBytes);
    return 'more';
  }
  const own = digests ?? (isAsked || isSha256Wanted ? await digestsOf(load, [...offered]) : undefined);
  const sha256 = own?.hexOf('sha256');
  const hash = isAsked ? await hashOf(session, load.staging, offered) : undefined;
  if (hash === undefined || own === undefined) return { verification: 'size', sha256 };
  if (hash.hex === own.hexOf(hash.algorithm)) return { verification: 'size+hash', sha256 };
  const { staging: path } = load;
  const answer = `the server's ${hash.algorithm} of it is ${hash.hex}; that of the bytes sent is another`;
  throw new FtpsError({ kind: 'wrong-size', attempt: 'verifying', target: path, answer, path });
}

async function digestsOf(
  { read, deadline }: Load,
  offered: ConstructorParameters<typeof StreamDigests>[0],
): Promise<StreamDigests> {
  const digests = new StreamDigests(['sha256', ...offered]);
  for await (const _ of digests.through(() => read())) deadline.signal.throwIfAborted();
  return digests;
}
