import { modifiedTimesOf, remove, rename } from '../ftps/commands.ts';
import { download } from '../ftps/download.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { lookAt } from '../ftps/look-at.ts';
import { type UploadOptions, upload } from '../ftps/upload.ts';
import {
  type GoingOn,
  judgeAppend,
  judgeClock,
  judgeDelete,
  judgeRename,
  judgeRenameOver,
  judgeRestart,
  judgeUpload,
  type RenameOver,
} from '../sync/doctor-write.ts';
import { childPath, type RemotePath } from '../sync/remote-path.ts';
import { seen } from './chart.ts';
import type { Examination } from './look-at-server.ts';
import { ProbeFile, probeBytes, probeContent } from './probe-file.ts';

export interface WritePlace {
  /** Where it may write. */
  readonly directory: RemotePath;
  /** In the names of its files, so that they are told from everybody else's. */
  readonly id: string;
}

/** Other sizes than the first file's, so that one cannot be taken for another. */
const smallBytes = 1_000;
const restBytes = 500;

/** Puts, renames and goes on with files of its own names, and deletes every one of them in the end. Nothing else is touched. */
export class WriteProbes {
  readonly #examination: Examination;
  readonly #place: WritePlace;
  /** Names that may be there. */
  readonly #made = new Set<RemotePath>();

  constructor(examination: Examination, place: WritePlace) {
    this.#examination = examination;
    this.#place = place;
  }

  /** Undefined where it may not write: then there is nothing else to try. */
  async upload(): Promise<ProbeFile | undefined> {
    const { chart, sessions, partner, now } = this.#examination;
    const file = new ProbeFile(this.#name('a'), probeContent(probeBytes, this.#place.id));
    const obstacle = await chart.step('upload', async () => {
      await this.#put(file, { mode: 'store' });
      await this.#expectSize(file.path, file.sizeBytes);
      return seen(judgeUpload(file.path, file.sizeBytes));
    });
    if (obstacle !== undefined) return undefined;
    const writtenAt = now();
    await chart.step('clock', async () => {
      const [modified] = await modifiedTimesOf(await sessions.current(), [file.path]);
      // Without MDTM there is nothing to judge, and the step of MDTM says so.
      if (modified === undefined) return { judgements: [] };
      const aheadMs = Date.parse(`${modified.wallClock}Z`) - writtenAt.getTime();
      return seen(judgeClock(aheadMs, partner));
    });
    return file;
  }

  /** RNTO, to a free name and over a file; APPE, and STOR behind REST. */
  async change(file: ProbeFile): Promise<void> {
    const { chart, sessions, partner } = this.#examination;
    const target = this.#name('b');
    const obstacle = await chart.step('rename', async () => {
      this.#made.add(target);
      await rename(await sessions.current(), file.path, target);
      await this.#expectSize(target, file.sizeBytes);
      return seen(judgeRename(target));
    });
    if (obstacle === undefined) {
      await chart.step('rename-over', async () => {
        const result = await this.#renameOver(target, file.sizeBytes);
        return seen(judgeRenameOver(result, partner), { 'rename-over': result.kind });
      });
    }
    await chart.step('append', async () => {
      const result = await this.#goOn('c', { mode: 'append' });
      return seen(judgeAppend(result), { append: result.kind });
    });
    await chart.step('restart', async () => {
      const result = await this.#goOn('d', { mode: 'store', offset: smallBytes });
      return seen(judgeRestart(result), { restart: result.kind });
    });
  }

  /** Deletes what it has made, also where the time is over or everything else has failed. */
  async cleanUp(): Promise<void> {
    if (this.#made.size === 0) return;
    const { chart, signal } = this.#examination;
    if (signal.aborted) {
      await this.#deleteAll(AbortSignal.timeout(cleanUpMs)).catch(() => {
        // There is no time to say more: the names tell whose they are.
      });
      return;
    }
    await chart.step('delete', async () => {
      const left = await this.#deleteAll(signal);
      return seen(judgeDelete(left, this.#made.size - left.length));
    });
  }

  #name(letter: string): RemotePath {
    return childPath(this.#place.directory, `.ftps-sync-doctor-${this.#place.id}-${letter}.part`);
  }

  async #renameOver(target: RemotePath, targetBytes: number): Promise<RenameOver> {
    const { sessions } = this.#examination;
    const newer = new ProbeFile(this.#name('e'), probeContent(smallBytes, this.#place.id));
    await this.#put(newer, { mode: 'store' });
    try {
      await rename(await sessions.current(), newer.path, target);
    } catch (error) {
      if (!(error instanceof FtpsError) || error.replyCode === undefined) throw error;
      return { kind: 'refused', answer: error.answer };
    }
    const there = await lookAt(await sessions.current(), target);
    return { kind: there?.sizeBytes === targetBytes ? 'lies' : 'replaces' };
  }

  /** Writes the beginning of a file, and then the rest of it in the given way. */
  async #goOn(letter: string, how: Pick<UploadOptions, 'mode' | 'offset'>): Promise<GoingOn> {
    const { sessions } = this.#examination;
    const whole = new ProbeFile(
      this.#name(letter),
      probeContent(smallBytes + restBytes, `${this.#place.id} ${letter}`),
    );
    await this.#put(new ProbeFile(whole.path, whole.content.subarray(0, smallBytes)), { mode: 'store' });
    try {
      await this.#put(new ProbeFile(whole.path, whole.content.subarray(smallBytes)), how);
    } catch (error) {
      if (!(error instanceof FtpsError) || error.replyCode === undefined) throw error;
      return { kind: 'refused', answer: error.answer };
    }
    const there = await lookAt(await sessions.current(), whole.path);
    const isWhole = there?.sizeBytes === whole.sizeBytes && (await this.#has(whole));
    if (isWhole) return { kind: 'works' };
    return { kind: 'lies', bytes: there?.sizeBytes, expectedBytes: whole.sizeBytes };
  }

  /** Whether it has these bytes; a place that may be written to and not read from is believed by the size. */
  async #has(file: ProbeFile): Promise<boolean> {
    const chunks: Buffer[] = [];
    const write = (chunk: Buffer): undefined => void chunks.push(chunk);
    const { sessions, signal } = this.#examination;
    try {
      await download(await sessions.current(), file, { write }, { signal });
    } catch (error) {
      if (!(error instanceof FtpsError) || error.replyCode === undefined) throw error;
      return true;
    }
    return Buffer.concat(chunks).equals(file.content);
  }

  async #put(file: ProbeFile, how: Pick<UploadOptions, 'mode' | 'offset'>): Promise<void> {
    const { sessions, signal } = this.#examination;
    const session = await sessions.current();
    this.#made.add(file.path);
    await upload(session, file.path, inOnePiece(file.content), {
      ...how,
      expectedBytes: file.sizeBytes,
      signal,
    });
  }

  async #expectSize(path: RemotePath, sizeBytes: number): Promise<void> {
    const there = await lookAt(await this.#examination.sessions.current(), path);
    if (there?.sizeBytes === sizeBytes) return;
    const answer =
      there === undefined ? 'it is not there' : `it has ${there.sizeBytes ?? 'no known number of'} bytes`;
    throw new FtpsError({ kind: 'wrong-size', attempt: 'looking at', target: path, answer, path });
  }

  /** @returns those that are still there, or may be. */
  async #deleteAll(signal: AbortSignal): Promise<readonly RemotePath[]> {
    const left: RemotePath[] = [];
    for (const path of this.#made) {
      if (!(await this.#delete(path, signal))) left.push(path);
    }
    return left;
  }

  async #delete(path: RemotePath, signal: AbortSignal): Promise<boolean> {
    const { sessions } = this.#examination;
    try {
      await remove(await sessions.current(signal), path);
      return true;
    } catch (error) {
      if (!(error instanceof FtpsError)) throw error;
    }
    // It was renamed, or never came about, or may not be deleted.
    try {
      return (await lookAt(await sessions.current(signal), path)) === undefined;
    } catch (error) {
      if (!(error instanceof FtpsError)) throw error;
      return false;
    }
  }
}

/** Of the time that an invocation keeps back for its end. */
const cleanUpMs = 10_000;

async function* inOnePiece(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content;
}
