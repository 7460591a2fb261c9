import type { DeliveryVerification } from '../../core/delivery/delivery-record.ts';
import { hashMs, proofBytes } from '../../core/delivery/resume-upload.ts';
import type { HashComparison } from '../../core/delivery/unconfirmed-rename.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import type { Session } from '../../ftps/session/session.ts';
import { type HashAlgorithm, offeredHashes, requestHash } from '../../ftps/transfer/server-hash.ts';
import { remainingWorkMs } from '../../runtime/deadline.ts';
import type { StagedObject, StageOptions } from './stage-object.ts';
import { StreamDigests } from './stream-digests.ts';

export interface Verified {
  readonly verification: Exclude<DeliveryVerification, 'inferred'>;
  /** Of all bytes, lower-case hex; undefined where they would have to be read again and no one needs it. */
  readonly sha256: string | undefined;
}

export interface VerifyOptions extends StageOptions {
  /** Whether a checksum file needs the SHA-256. */
  readonly isSha256Wanted: boolean;
}

/**
 * Compares the staged object, whose size is right, with the server's own hash of it. The server is asked
 * where it offers a hash and can be expected to answer within its reply timeout and half of the time left.
 * Bytes that earlier invocations sent are read from S3 again. `unfinished`: the SHA-256 is needed, and only
 * an invocation with all its time can read the object.
 * @throws FtpsError `wrong-size` if the hashes differ; StorageError; the signal's reason.
 */
export async function verifyStaged(
  session: Session,
  { digests, sentBytes }: StagedObject,
  options: VerifyOptions,
): Promise<Verified | 'unfinished'> {
  const { progress, deadline, isSha256Wanted, verify } = options;
  const neededMs = hashMs(progress.sizeBytes);
  const leftMs = remainingWorkMs(deadline);
  const offered = offeredHashes(session.capabilities);
  const isServerAsked = verify !== 'none' && canBeHashed(session, options);
  const hasUsedTime = sentBytes > proofBytes;
  if (digests === undefined && isSha256Wanted && !isServerAsked && hasUsedTime && neededMs > leftMs) {
    await progress.close(progress.sizeBytes);
    return 'unfinished';
  }
  const needsDigests = isServerAsked || isSha256Wanted;
  const own = digests ?? (needsDigests ? await readDigests(options, offered) : undefined);
  const sha256 = own?.hex('sha256');
  const hash = isServerAsked ? await requestHash(session, options.staging, offered) : undefined;
  if (hash === undefined || own === undefined) return { verification: verify, sha256 };
  if (hash.hex === own.hex(hash.algorithm)) return { verification: 'size+hash', sha256 };
  const { staging: path } = options;
  const answer = `the server's ${hash.algorithm} is ${hash.hex}, and that of the bytes sent differs`;
  throw new FtpsError({ kind: 'wrong-size', attempt: 'verifying', target: path, answer, path });
}

/**
 * Compares the server's hash of a file with that of the object, whose bytes are read from S3. `not-told`: the
 * server offers none, or not within its reply timeout and half of the time left.
 * @throws FtpsError where the session is gone; StorageError; the signal's reason.
 */
export async function compareHash(
  session: Session,
  path: RemotePath,
  options: Pick<StageOptions, 'read' | 'progress' | 'deadline'>,
): Promise<HashComparison> {
  if (!canBeHashed(session, options)) return 'not-told';
  const offered = offeredHashes(session.capabilities);
  const hash = await requestHash(session, path, offered);
  if (hash === undefined) return 'not-told';
  const own = await readDigests(options, offered);
  return own.hex(hash.algorithm) === hash.hex ? 'same' : 'differs';
}

function canBeHashed(
  { capabilities, timeouts }: Session,
  { progress, deadline }: Pick<StageOptions, 'progress' | 'deadline'>,
): boolean {
  const limitMs = Math.min(timeouts.finalReplyMs, remainingWorkMs(deadline) / 2);
  return offeredHashes(capabilities).length > 0 && hashMs(progress.sizeBytes) < limitMs;
}

async function readDigests(
  { read, deadline }: Pick<StageOptions, 'read' | 'deadline'>,
  offered: readonly HashAlgorithm[],
): Promise<StreamDigests> {
  const digests = new StreamDigests(['sha256', ...offered]);
  for await (const _ of digests.through(() => read())) deadline.signal.throwIfAborted();
  return digests;
}
