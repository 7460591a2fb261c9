import { setTimeout as sleep } from 'node:timers/promises';
import {
  closeBeforeMs,
  isInPlace,
  isTooLate,
  proofBytes,
  type UploadStart,
} from '../../core/delivery/resume-upload.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import type { Session } from '../../ftps/session/session.ts';
import { offeredHashes } from '../../ftps/transfer/server-hash.ts';
import { ResumeRefusedError, upload } from '../../ftps/transfer/upload.ts';
import { type Deadline, remainingWorkMs } from '../../runtime/deadline.ts';
import type { StreamRange } from '../../s3/object-versions.ts';
import { findFile, findWritten, type Verify } from './check-upload.ts';
import { removeIfExists } from './remove-if-exists.ts';
import { StreamDigests } from './stream-digests.ts';
import type { UploadProgress } from './upload-progress.ts';

/** What is left of an invocation. */
export type InvocationTime = Pick<Deadline, 'remainingMs' | 'totalMs' | 'signal'>;

/** One object version, and the staging name it is uploaded to. */
export interface StageOptions {
  readonly staging: RemotePath;
  /** Opens the bytes of the version, or a range of them. Each call opens a new stream. */
  readonly read: (range?: StreamRange) => Promise<AsyncIterable<Uint8Array>>;
  readonly progress: UploadProgress;
  readonly verify: Verify;
  /** Whether the name is no staging name, but that of the target. Default: false. */
  readonly isFinalName?: boolean;
  /** Whether what is under the name may be resumed. Default: it may, because the name belongs to the try. */
  readonly mayResume?: boolean;
  readonly deadline: InvocationTime;
  /** Called right before each upload. @throws to stop. */
  readonly assertHeld: () => void;
}

/** The whole object is under the staging name, as far as the flow has it verified. */
export interface StagedObject {
  /** Of all bytes; undefined where earlier invocations sent some of them. */
  readonly digests: StreamDigests | undefined;
  /** What this invocation sent. */
  readonly sentBytes: number;
}

/**
 * Uploads what is missing under the staging name. `unfinished`: the time of the invocation is nearly up; what
 * was sent is closed properly and recorded, and the next invocation resumes there.
 * @throws FtpsError, `not-supported` if one invocation is too short and the server cannot resume a file;
 * SourceError if S3 fails; UploadStuckError.
 */
export async function stageObject(
  session: Session,
  options: StageOptions,
): Promise<StagedObject | 'unfinished'> {
  return new Staging(session, options).run();
}

type PieceStart = Exclude<UploadStart, { kind: 'complete' }>;

/**
 * How a piece ended. `complete`: the object is whole. `proven`: the first piece after REST is where it
 * belongs. `misplaced`: the server wrote the piece elsewhere. `refused`: it does not resume in this way.
 */
type PieceEnd = 'complete' | 'proven' | 'time-is-up' | 'misplaced' | 'refused';

/** A piece of the object: from `offset` up to `end`. */
interface Piece {
  readonly start: PieceStart;
  readonly offset: number;
  readonly end: number;
  /** The first piece after REST to a server that has not been seen to resume yet. */
  readonly isProof: boolean;
}

class Staging {
  readonly #session: Session;
  readonly #options: StageOptions;
  #sentBytes = 0;

  constructor(session: Session, options: StageOptions) {
    this.#session = session;
    this.#options = options;
  }

  async run(): Promise<StagedObject | 'unfinished'> {
    const { progress } = this.#options;
    const algorithms = ['sha256', ...offeredHashes(this.#session.capabilities)] as const;
    let stagedBytes = await this.#findStaged();
    let start = this.#asAllowed(await progress.begin(stagedBytes));
    for (;;) {
      if (start.kind === 'complete') return { digests: undefined, sentBytes: 0 };
      if (this.#isTooLate(start)) return this.#postpone();
      const digests = start.kind === 'from-start' ? new StreamDigests(algorithms) : undefined;
      const end = await this.#sendPiece(start, { stagedBytes: stagedBytes ?? 0, digests });
      if (end === 'complete') return { digests, sentBytes: this.#sentBytes };
      if (end === 'time-is-up') return this.#endInvocation(start);
      if (end !== 'proven') await progress.learn(refusalOf(start));
      // A misplaced piece has corrupted what is there.
      if (end !== 'refused') stagedBytes = end === 'misplaced' ? undefined : await this.#stagedSize();
      start = this.#asAllowed(progress.startFrom(stagedBytes));
    }
  }

  /** Where nobody sees how much arrived, an upload cannot be resumed, and one invocation sends all of it. */
  #asAllowed(start: UploadStart): UploadStart {
    if (this.#options.verify !== 'none') return start;
    return { kind: 'from-start', extent: 'one-invocation' };
  }

  /**
   * The size under the staging name; undefined if there is nothing to resume. After a lost invocation, waits
   * until its session has stopped writing, for at most half of the invocation.
   */
  async #findStaged(): Promise<number | undefined> {
    const { progress, deadline } = this.#options;
    const { verify, mayResume = true } = this.#options;
    if (!progress.mayResume || !mayResume || verify === 'none') return undefined;
    let bytes = await this.#stagedSize();
    while (bytes !== undefined && !progress.isClosed && remainingWorkMs(deadline) > deadline.totalMs / 2) {
      const waitMs = Math.min(maxSettleMs, deadline.totalMs * settleShare);
      await sleep(waitMs, undefined, { signal: deadline.signal });
      const before = bytes;
      bytes = await this.#stagedSize();
      if (bytes === before) break;
    }
    return bytes;
  }

  async #sendPiece(
    start: PieceStart,
    { stagedBytes, digests }: { readonly stagedBytes: number; readonly digests: StreamDigests | undefined },
  ): Promise<PieceEnd> {
    const { progress } = this.#options;
    const { sizeBytes } = progress;
    const offset = start.kind === 'from-start' ? 0 : start.offset;
    const isProof = start.kind === 'restart' && progress.restart === undefined;
    const end = isProof ? Math.min(sizeBytes, offset + proofBytes) : sizeBytes;
    const piece: Piece = { start, offset, end, isProof };
    const sentBytes = await this.#upload(piece, digests ?? new StreamDigests([]));
    if (sentBytes === 'refused') return sentBytes;
    this.#sentBytes += sentBytes;
    return this.#checkPiece(piece, {
      sentBytes,
      stagedBefore: start.kind === 'from-start' ? 0 : stagedBytes,
    });
  }

  /** @returns how many bytes were sent before the piece ended or the time was nearly up. */
  async #upload({ start, offset, end }: Piece, digests: StreamDigests): Promise<number | 'refused'> {
    const { staging, progress, deadline, read, assertHeld } = this.#options;
    const isWhole = offset === 0 && end === progress.sizeBytes;
    const open = () => read(isWhole ? undefined : { start: offset, end });
    assertHeld();
    try {
      const sent = await upload(this.#session, staging, digests.through(open), {
        mode: start.kind === 'append' ? 'append' : 'store',
        offset: start.kind === 'restart' ? offset : undefined,
        expectedBytes: end - offset,
        mayEnd: () => remainingWorkMs(deadline) < closeBeforeMs(deadline.totalMs),
        signal: deadline.signal,
      });
      return sent.bytes;
    } catch (error) {
      if (!(error instanceof ResumeRefusedError)) throw error;
      // A server that has resumed before is not distrusted for one refusal.
      if (progress.restart === 'proven') throw toRetryableError(error, staging);
      return 'refused';
    }
  }

  /** Compares SIZE with what a piece should have made of the file, and records what is certain now. */
  async #checkPiece(
    { start, offset, end, isProof }: Piece,
    { sentBytes, stagedBefore }: { readonly sentBytes: number; readonly stagedBefore: number },
  ): Promise<PieceEnd> {
    const { staging, progress, verify, isFinalName } = this.#options;
    const { sizeBytes } = progress;
    const written = await findWritten(this.#session, staging, {
      verify,
      sentBytes: offset + sentBytes,
      isFinalName,
    });
    const stagedAfter = written?.sizeBytes;
    if (!isInPlace({ offset, sentBytes, sizeBytes, stagedBefore, stagedAfter })) {
      if (start.kind !== 'from-start') return 'misplaced';
      throw wrongSize(staging, { stagedAfter, sentBytes });
    }
    const sentEnd = offset + sentBytes;
    // An end before what was there proves nothing: a server that ignores REST would show the same.
    if (isProof && sentEnd > stagedBefore) await progress.learn({ restart: 'proven' });
    if (sentEnd === sizeBytes) return 'complete';
    if (sentEnd === end) return 'proven';
    // What a lost invocation wrote beyond this end may have gaps, so only an exact end counts as closed.
    if (stagedAfter === sentEnd && !isOneInvocation(start)) await progress.close(stagedAfter);
    return 'time-is-up';
  }

  async #endInvocation(start: UploadStart): Promise<'unfinished'> {
    if (!isOneInvocation(start)) return 'unfinished';
    const { staging, deadline, progress, verify } = this.#options;
    await removeIfExists(this.#session, staging);
    const reason =
      verify === 'none'
        ? 'with verify: none an upload cannot be resumed, because nobody sees how much of it arrived'
        : 'the server cannot resume an upload: it accepts neither REST before STOR nor APPE. Ask the partner to allow one of them (ProFTPD: AllowStoreRestart)';
    const seconds = Math.round(deadline.totalMs / 1000);
    throw new FtpsError({
      kind: 'not-supported',
      attempt: 'writing',
      target: staging,
      path: staging,
      answer: `its ${progress.sizeBytes} bytes take longer than one function may run (${seconds} s), and ${reason}`,
    });
  }

  async #postpone(): Promise<'unfinished'> {
    if (this.#sentBytes === 0) await this.#options.progress.postpone();
    return 'unfinished';
  }

  #isTooLate(start: UploadStart): boolean {
    const { deadline } = this.#options;
    const { totalMs } = deadline;
    const totalWorkMs = remainingWorkMs({ remainingMs: () => totalMs, totalMs });
    return isTooLate(start, { leftMs: remainingWorkMs(deadline), totalMs: totalWorkMs });
  }

  async #stagedSize(): Promise<number | undefined> {
    return (await findFile(this.#session, this.#options.staging, this.#options.verify))?.sizeBytes;
  }
}

/**
 * The poll interval while a server may still write bytes of a lost session; a share of a short invocation.
 */
const maxSettleMs = 1_000;
const settleShare = 1 / 60;

function isOneInvocation(start: UploadStart): boolean {
  return start.kind === 'from-start' && start.extent === 'one-invocation';
}

function refusalOf({ kind }: UploadStart): { restart: 'refused' } | { append: 'refused' } {
  return kind === 'append' ? { append: 'refused' } : { restart: 'refused' };
}

function toRetryableError({ answer, replyCode, cause }: ResumeRefusedError, path: RemotePath): FtpsError {
  return new FtpsError({
    kind: 'unavailable',
    attempt: 'resuming the upload of',
    target: path,
    path,
    answer,
    replyCode,
    cause,
  });
}

function wrongSize(
  path: RemotePath,
  { stagedAfter, sentBytes }: { readonly stagedAfter: number | undefined; readonly sentBytes: number },
): FtpsError {
  const answer = `${stagedAfter ?? 'no'} bytes are there, but ${sentBytes} were sent`;
  return new FtpsError({ kind: 'wrong-size', attempt: 'verifying', target: path, answer, path });
}
