import type { DeletedProbes } from '../core/doctor/write.ts';
import { childPath, type RemotePath, rootPath } from '../core/path/remote-path.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { checkFile } from '../ftps/listing/check-file.ts';
import { enterDirectory, makeDirectory, remove, removeDirectory } from '../ftps/session/commands.ts';
import { refusesToTell } from '../ftps/session/file-facts.ts';
import { wirePath } from '../ftps/session/session.ts';
import { download } from '../ftps/transfer/download.ts';
import { type UploadOptions, upload } from '../ftps/transfer/upload.ts';
import type { DoctorSessions } from './doctor-sessions.ts';
import { ProbeFile, probeContent } from './probe-file.ts';

export interface ProbePlace {
  /** A directory that the doctor may write to. */
  readonly directory: RemotePath;
  /** Part of the names of its files, so that they differ from all other files. */
  readonly id: string;
}

/** The probe files of one doctor. It remembers every name that it may have created, to delete it. */
export class ProbeDirectory {
  readonly #sessions: DoctorSessions;
  readonly #signal: AbortSignal;
  readonly #place: ProbePlace;
  readonly #created = new Set<RemotePath>();
  readonly #directories = new Set<RemotePath>();

  constructor(sessions: DoctorSessions, signal: AbortSignal, place: ProbePlace) {
    this.#sessions = sessions;
    this.#signal = signal;
    this.#place = place;
  }

  /** The directory that it writes to. */
  get directory(): RemotePath {
    return this.#place.directory;
  }

  /** How many files and directories may have been created. */
  get created(): number {
    return this.#created.size + this.#directories.size;
  }

  /** A file that is not uploaded yet. @param letter tells the files of a doctor apart. */
  file(letter: string, sizeBytes: number): ProbeFile {
    const content = probeContent(sizeBytes, `${this.#place.id} ${letter}`);
    return new ProbeFile(this.path(letter), content);
  }

  /** A name that a file may be renamed to. */
  path(letter: string): RemotePath {
    return childPath(this.#place.directory, `.ftps-sync-doctor-${this.#place.id}-${letter}.part`);
  }

  /** Call it before a command that may create the file. */
  expectCreated(path: RemotePath): void {
    this.#created.add(path);
  }

  async upload(file: ProbeFile, options: Pick<UploadOptions, 'mode' | 'offset'>): Promise<void> {
    this.expectCreated(file.path);
    const content = () => toChunks(file.content);
    const given = { ...options, expectedBytes: file.sizeBytes, signal: this.#signal };
    await this.#sessions.learningDataTls((session) => upload(session, file.path, content(), given));
  }

  /** The size of a file that was just written; undefined where it does not exist or its size is unknown. */
  async sizeBytes(path: RemotePath): Promise<number | undefined> {
    const check = await checkFile(await this.#sessions.current(), path, { by: 'size', isExpected: true });
    return check.kind === 'exists' ? check.stat.sizeBytes : undefined;
  }

  /**
   * @returns the server's answer to SIZE where it refuses to tell the size of this file, and the listing has
   * it; undefined where SIZE tells it, or the listing does not.
   */
  async sizeInListingAlone({ path, sizeBytes }: ProbeFile): Promise<string | undefined> {
    const session = await this.#sessions.current();
    const bySize = await checkFile(session, path, { by: 'size-alone', isExpected: true });
    if (bySize.kind !== 'not-told') return undefined;
    const listed = await checkFile(session, path, { by: 'listing' });
    return listed.kind === 'exists' && listed.stat.sizeBytes === sizeBytes ? bySize.answer : undefined;
  }

  /**
   * @returns the server's answers where it does not tell whether the file is there; undefined where it has
   * this size.
   * @throws FtpsError `wrong-size` where the file does not exist with this size.
   */
  async verifySize(path: RemotePath, sizeBytes: number): Promise<string | undefined> {
    const check = await checkFile(await this.#sessions.current(), path, { by: 'size', isExpected: true });
    if (check.kind === 'not-told') return check.answer;
    const stat = check.kind === 'exists' ? check.stat : undefined;
    if (stat?.sizeBytes === sizeBytes) return undefined;
    const answer =
      stat === undefined
        ? 'the file does not exist'
        : `the file has ${stat.sizeBytes ?? 'an unknown number of'} bytes`;
    throw new FtpsError({ kind: 'wrong-size', attempt: 'verifying', target: path, answer, path });
  }

  /** Whether the file has these bytes; true where it may not be read: its size has been compared. */
  async hasContent(file: ProbeFile): Promise<boolean> {
    const chunks: Buffer[] = [];
    const write = (chunk: Buffer): undefined => void chunks.push(chunk);
    try {
      await download(await this.#sessions.current(), file, { write }, { signal: this.#signal });
    } catch (error) {
      if (!(error instanceof FtpsError) || error.replyCode === undefined) throw error;
      return true;
    }
    return Buffer.concat(chunks).equals(file.content);
  }

  /**
   * Creates a directory. One of this name is of a lost reply, or of an earlier try of this doctor.
   * @throws FtpsError where the server refuses it; without a reply code, the session is gone.
   */
  async makeDirectory(letter: string): Promise<void> {
    const path = this.path(letter);
    this.#directories.add(path);
    const session = await this.#sessions.current();
    try {
      await makeDirectory(session, path);
    } catch (error) {
      if (!(error instanceof FtpsError) || error.replyCode === undefined || session.lost) throw error;
      const isThere = await enterDirectory(session, path).then(
        () => true,
        () => false,
      );
      if (isThere && !session.lost) return;
      if (!session.lost) this.#directories.delete(path);
      throw error;
    }
  }

  /** Deletes all files, and removes the directory, that may have been created. */
  async deleteAll(signal: AbortSignal): Promise<DeletedProbes> {
    const left: RemotePath[] = [];
    let deleted = 0;
    for (const path of this.#created) {
      const end = await this.#delete(path, signal);
      if (end === 'left') left.push(path);
      if (end === 'deleted') deleted += 1;
    }
    const leftDirectories: RemotePath[] = [];
    for (const path of this.#directories) {
      if (!(await this.#removeDirectory(path, signal))) leftDirectories.push(path);
    }
    return { left, leftDirectories, deleted };
  }

  /** @returns whether it is gone. It leaves the directory first: some servers remove none that is in use. */
  async #removeDirectory(path: RemotePath, signal: AbortSignal): Promise<boolean> {
    try {
      const session = await this.#sessions.current(signal);
      await enterDirectory(session, rootPath).catch((error: unknown) => {
        if (session.lost) throw error;
      });
      await removeDirectory(session, path);
      return true;
    } catch (error) {
      if (!(error instanceof FtpsError)) throw error;
    }
    try {
      // Its reply to MKD was lost, and it was never created; or RMD was made, and its reply was lost.
      const session = await this.#sessions.current(signal);
      const entered = await session.control.request(`CWD ${wirePath(session, path)}`);
      return entered.code === 550 && !refusesToTell(entered);
    } catch (error) {
      if (!(error instanceof FtpsError)) throw error;
      return false;
    }
  }

  async #delete(path: RemotePath, signal: AbortSignal): Promise<'deleted' | 'missing' | 'left'> {
    try {
      await remove(await this.#sessions.current(signal), path);
      return 'deleted';
    } catch (error) {
      if (!(error instanceof FtpsError)) throw error;
    }
    // It was renamed or never created, or the user may not delete it, or not even look.
    try {
      const { kind } = await checkFile(await this.#sessions.current(signal), path, { by: 'size' });
      return kind === 'missing' ? 'missing' : 'left';
    } catch (error) {
      if (!(error instanceof FtpsError)) throw error;
      return 'left';
    }
  }
}

async function* toChunks(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content;
}
