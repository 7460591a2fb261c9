import { setTimeout as sleep } from 'node:timers/promises';
import { FtpsError } from '../ftps/ftps-error.ts';
import { lookAt } from '../ftps/look-at.ts';
import { hashesOffered } from '../ftps/server-hash.ts';
import type { Session } from '../ftps/session.ts';
import { GoingOnRefused, upload } from '../ftps/upload.ts';
import { type Deadline, workLeftMs } from '../runtime/deadline.ts';
import type { StreamRange } from '../s3/read-object.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import { endBeforeMs, isInPlace, isTooLate, proofBytes, type UploadStart } from '../sync/resume-upload.ts';
import { removeIfThere } from './remove-if-there.ts';
import { StreamDigests } from './stream-digests.ts';
import type { UploadProgress } from './upload-progress.ts';

/** What is left of an invocation. */
export type TimeToWork = Pick<Deadline, 'remainingMs' | 'totalMs' | 'signal'>;

/** One object version on its way to its staging name. */
export interface Load {
  readonly staging: RemotePath;
  /** The bytes of the version, or some of them, anew at each call. */
  readonly read: (range?: StreamRange) => Promise<AsyncIterable<Uint8Array>>;
  readonly progress: UploadProgress;
  readonly deadline: TimeToWork;
}

/** The whole object is under the staging name, as far as SIZE tells. */
export interface Staged {
  /** Of all its bytes; undefined where earlier invocations had sent some of them. */
  readonly digests: StreamDigests | undefined;
  /** What this invocation has sent. */
  readonly sentBytes: number;
}

/**
 * Uploads what is missing under the staging name. `more`: the time of the invocation is up; what was sent is ended properly and
 * recorded, and another invocation goes on with it.
 * @throws FtpsError, `not-supported` where the time does not suffice and the server goes on with no file; SourceError; UploadStuckError
 */
export async function stageObject(session: Session, load: Load): Promise<Staged | 'more'> {
  return new Staging(session, load).run();
}

type PieceStart = Exclude<UploadStart, { kind: 'whole' }>;

/** What became of a piece. `elsewhere`: the server has put it where it does not belong. */
type PieceEnd = 'whole' | 'proved' | 'time-is-up' | 'elsewhere' | 'refused';

class Staging {
  readonly #session: Session;
  readonly #load: Load;
  #sentBytes = 0;

  constructor(session: Session, load: Load) {
    this.#session = session;
    this.#load = load;
  }

  async run(): Promise<Staged | 'more'> {
    const { progress } = this.#load;
    const algorithms = ['sha256', ...hashesOffered(this.#session.capabilities)] as const;
    let stagedBytes = await this.#found();
    let start = await progress.begin(stagedBytes);
    for (;;) {
      if (start.kind === 'whole') return { digests: undefined, sentBytes: 0 };
      if (this.#isTooLate(start)) return this.#postponed();
      const digests = start.kind === 'anew' ? new StreamDigests(algorithms) : undefined;
      const end = await this.#send(start, { stagedBytes, digests });
      if (end === 'whole') return { digests, sentBytes: this.#sentBytes };
      if (end === 'time-is-up') return this.#afterTime(start);
      if (end !== 'proved') await progress.learn(refusedBy(start));
      // A piece that went elsewhere has spoilt what is there.
      if (end !== 'refused') stagedBytes = end === 'elsewhere' ? undefined : await this.#size();
      start = progress.startFrom(stagedBytes);
    }
  }

  /** What is under the staging name; undefined: nothing, or nothing of use. */
  async #found(): Promise<number | undefined> {
    const { progress, deadline } = this.#load;
    if (!progress.mayGoOn) return undefined;
    let bytes = await this.#size();
    // The session of an invocation that was lost may still write what was on its way.
    while (bytes !== undefined && !progress.hasEnded && workLeftMs(deadline) > deadline.totalMs / 2) {
      await sleep(Math.min(settleMs, deadline.totalMs * settleShare), undefined, { signal: deadline.signal });
      const before = bytes;
      bytes = await this.#size();
      if (bytes === before) break;
    }
    return bytes;
  }

  async #send(
    start: PieceStart,
    { stagedBytes = 0, digests }: { stagedBytes?: number | undefined; digests: StreamDigests | undefined },
  ): Promise<PieceEnd> {
    const { staging, progress, deadline, read } = this.#load;
    const { sizeBytes } = progress;
    const offset = start.kind === 'anew' ? 0 : start.offset;
    const isProof = start.kind === 'restart' && progress.restart === undefined;
    const end = isProof ? Math.min(sizeBytes, offset + proofBytes) : sizeBytes;
    const open = () => read(offset > 0 || end < sizeBytes ? { start: offset, end } : undefined);
    let sentBytes: number;
    try {
      const sent = await upload(this.#session, staging, (digests ?? new StreamDigests([])).through(open), {
        mode: start.kind === 'append' ? 'append' : 'store',
        offset: start.kind === 'restart' ? offset : undefined,
        expectedBytes: end - offset,
        mayEnd: () => workLeftMs(deadline) < endBeforeMs(deadline.totalMs),
        signal: deadline.signal,
      });
      sentBytes = sent.bytes;
    } catch (error) {
      if (!(error instanceof GoingOnRefused)) throw error;
      // What has gone well before is not given up for one refusal.
      if (progress.restart === 'proved') throw asPassing(error, staging);
      return 'refused';
    }
    this.#sentBytes += sentBytes;
    const stagedAfter = await this.#size();
    const piece = {
      offset,
      sentBytes,
      sizeBytes,
      stagedBefore: start.kind === 'anew' ? 0 : stagedBytes,
      stagedAfter,
    };
    if (!isInPlace(piece)) {
      if (start.kind !== 'anew') return 'elsewhere';
      throw wrongSize(staging, { stagedAfter, sentBytes });
    }
    // Less than what was there before says nothing: a server that ignores REST would show the same.
    if (isProof && offset + sentBytes > stagedBytes) await progress.learn({ restart: 'proved' });
    if (offset + sentBytes === sizeBytes) return 'whole';
    if (offset + sentBytes === end) return 'proved';
    // What a lost invocation has written beyond this end is not known to be whole.
    if (stagedAfter === offset + sentBytes && !isOnePiece(start)) await progress.end(stagedAfter);
    return 'time-is-up';
  }

  async #afterTime(start: UploadStart): Promise<'more'> {
    if (!isOnePiece(start)) return 'more';
    const { staging, deadline, progress } = this.#load;
    await removeIfThere(this.#session, staging);
    const seconds = Math.round(deadline.totalMs / 1000);
    throw new FtpsError({
      kind: 'not-supported',
      attempt: 'writing',
      target: staging,
      path: staging,
      answer:
        `its ${progress.sizeBytes} bytes take longer than one function may run (${seconds} s), and the server goes on with no file that ` +
        'was begun: it takes neither REST before STOR nor APPE. Ask the partner to allow one of them (ProFTPD: AllowStoreRestart)',
    });
  }

  async #postponed(): Promise<'more'> {
    if (this.#sentBytes === 0) await this.#load.progress.postpone();
    return 'more';
  }

  #isTooLate(start: UploadStart): boolean {
    const { deadline } = this.#load;
    const { totalMs } = deadline;
    const ofAll = workLeftMs({ remainingMs: () => totalMs, totalMs });
    return isTooLate(start, { leftMs: workLeftMs(deadline), totalMs: ofAll });
  }

  async #size(): Promise<number | undefined> {
    return (await lookAt(this.#session, this.#load.staging))?.sizeBytes;
  }
}

/** How long a server is given to write what it had received when its client was lost; of a short invocation a share. */
const settleMs = 1_000;
const settleShare = 1 / 60;

function isOnePiece(start: UploadStart): boolean {
  return start.kind === 'anew' && start.extent === 'in-one-piece';
}

function refusedBy({ kind }: UploadStart): { restart: 'refused' } | { append: 'refused' } {
  return kind === 'append' ? { append: 'refused' } : { restart: 'refused' };
}

function asPassing({ answer, replyCode, cause }: GoingOnRefused, path: RemotePath): FtpsError {
  return new FtpsError({
    kind: 'unavailable',
    attempt: 'going on with',
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
  const answer = `${stagedAfter ?? 'no'} bytes are there; ${sentBytes} were sent`;
  return new FtpsError({ kind: 'wrong-size', attempt: 'verifying', target: path, answer, path });
}
