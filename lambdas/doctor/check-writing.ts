import { evaluateClock } from '../core/doctor/clock.ts';
import {
  directoryMakers,
  evaluateListedUpload,
  evaluateMakeDirectory,
  evaluateNoRename,
  evaluateUnseenUpload,
  type MadeDirectory,
} from '../core/doctor/push-settings.ts';
import {
  evaluateAppend,
  evaluateDelete,
  evaluateRename,
  evaluateRenameOver,
  evaluateRestart,
  evaluateUpload,
  type RenameOver,
  type Resume,
} from '../core/doctor/write.ts';
import type { RemotePath } from '../core/path/remote-path.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { requestMlst } from '../ftps/listing/request-mlst.ts';
import { enterDirectory } from '../ftps/session/commands.ts';
import { requestModifiedTimes } from '../ftps/session/file-facts.ts';
import { rename } from '../ftps/session/rename.ts';
import type { UploadOptions } from '../ftps/transfer/upload.ts';
import type { CheckContext } from './check-context.ts';
import { stepResult } from './findings-recorder.ts';
import { ProbeDirectory, type ProbePlace } from './probe-directory.ts';
import { ProbeFile, probeBytes } from './probe-file.ts';

/** Sizes that differ from that of the first file, so that the files cannot be confused. */
const smallBytes = 1_000;
const restBytes = 500;

/** Part of the time that an invocation reserves for its end. */
const cleanUpMs = 10_000;

/** Checks uploads, renames and resumed uploads with files of its own, all of which it deletes at the end. */
export class WriteCheck {
  readonly #context: CheckContext;
  readonly #probes: ProbeDirectory;
  /** Whether the server tells what arrived. */
  #canLook = true;

  constructor(context: CheckContext, place: ProbePlace) {
    this.#context = context;
    this.#probes = new ProbeDirectory(context.sessions, context.signal, place);
  }

  /**
   * Uploads a file, and reads the server's clock from it.
   * @param style how directories are listed. @returns undefined where the upload failed.
   */
  async checkUpload(style: string): Promise<ProbeFile | undefined> {
    const { recorder, sessions, partner, now } = this.#context;
    const file = this.#probes.file('a', probeBytes);
    const error = await recorder.step('upload', async () => {
      await this.#probes.upload(file, { mode: 'store' });
      const unseen = await this.#probes.verifySize(file.path, file.sizeBytes);
      this.#canLook = unseen === undefined;
      if (unseen !== undefined) return stepResult(evaluateUnseenUpload(file.path, unseen, partner));
      const refusedSize = await this.#probes.sizeInListingAlone(file);
      return stepResult(
        refusedSize === undefined
          ? evaluateUpload(file.path, file.sizeBytes)
          : evaluateListedUpload(file.path, refusedSize, partner),
      );
    });
    if (error !== undefined) return undefined;
    const writtenAt = now();
    await recorder.step('clock', async () => {
      const session = await sessions.current();
      const [mdtm] = await requestModifiedTimes(session, [file.path]);
      const facts = style === 'MLSD' ? await requestMlst(session, file.path) : undefined;
      const mlst = facts === 'unknown' ? undefined : facts?.modified;
      const found = evaluateClock({ style, mdtm, mlst, writtenAt }, partner);
      // Without a time there is no clock to check; the step `modified-time` reports that.
      return found === undefined ? { findings: [] } : stepResult(found);
    });
    return file;
  }

  /** Checks MKD where a push to this directory, to which a file was uploaded, would send it. */
  async checkMakeDirectory(): Promise<void> {
    const { directory } = this.#probes;
    const makers = directoryMakers(directory, this.#context.partner);
    if (makers.length === 0) return;
    await this.#context.recorder.step('make-directory', async () => {
      const session = await this.#context.sessions.current();
      const notEntered = await answerOf(() => enterDirectory(session, directory));
      const refused = await answerOf(() => this.#probes.makeDirectory('f'));
      // An error that passes to CWD says nothing of the user's rights.
      const isBarred = notEntered !== undefined && !notEntered.isPassing;
      const facts = {
        directory,
        notEntered: isBarred ? notEntered.answer : undefined,
        made: toMade(refused),
      };
      return stepResult(evaluateMakeDirectory(facts, makers));
    });
  }

  /** Checks RNTO, to a new name and over a file, APPE, and STOR after REST. */
  async checkChanges(file: ProbeFile): Promise<void> {
    const { recorder, sessions, partner } = this.#context;
    const target = this.#probes.path('b');
    let isRenamed = false;
    await recorder.step('rename', async () => {
      this.#probes.expectCreated(target);
      try {
        await rename(await sessions.current(), file.path, target);
      } catch (error) {
        return stepResult(evaluateNoRename(refusal(error), partner));
      }
      await this.#probes.verifySize(target, file.sizeBytes);
      isRenamed = true;
      return stepResult(evaluateRename(target));
    });
    // The others compare sizes.
    if (!this.#canLook) return;
    if (isRenamed) {
      await recorder.step('rename-over', async () => {
        const result = await this.#renameOver(target, file.sizeBytes);
        return stepResult(evaluateRenameOver(result, partner), { 'rename-over': result.kind });
      });
    }
    await recorder.step('append', async () => {
      const result = await this.#resume('c', { mode: 'append' });
      return stepResult(evaluateAppend(result), { append: result.kind });
    });
    await recorder.step('restart', async () => {
      const result = await this.#resume('d', { mode: 'store', offset: smallBytes });
      return stepResult(evaluateRestart(result), { restart: result.kind });
    });
  }

  /** Deletes the files, also where the time is up or everything else has failed. */
  async cleanUp(): Promise<void> {
    if (this.#probes.created === 0) return;
    const { recorder, signal } = this.#context;
    if (signal.aborted) {
      await this.#probes.deleteAll(AbortSignal.timeout(cleanUpMs)).catch(() => {
        // There is no time left to report it; the names of the files show where they come from.
      });
      return;
    }
    await recorder.step('delete', async () => {
      return stepResult(evaluateDelete(await this.#probes.deleteAll(signal)));
    });
  }

  async #renameOver(target: RemotePath, targetBytes: number): Promise<RenameOver> {
    const newer = this.#probes.file('e', smallBytes);
    await this.#probes.upload(newer, { mode: 'store' });
    try {
      await rename(await this.#context.sessions.current(), newer.path, target);
    } catch (error) {
      return { kind: 'refused', answer: refusal(error) };
    }
    const sizeBytes = await this.#probes.sizeBytes(target);
    return { kind: sizeBytes === targetBytes ? 'ignored' : 'replaces' };
  }

  /** Uploads the beginning of a file, and then the rest of it with these options. */
  async #resume(letter: string, options: Pick<UploadOptions, 'mode' | 'offset'>): Promise<Resume> {
    const file = this.#probes.file(letter, smallBytes + restBytes);
    const { path, content } = file;
    await this.#probes.upload(new ProbeFile(path, content.subarray(0, smallBytes)), { mode: 'store' });
    try {
      await this.#probes.upload(new ProbeFile(path, content.subarray(smallBytes)), options);
    } catch (error) {
      return { kind: 'refused', answer: refusal(error) };
    }
    const bytes = await this.#probes.sizeBytes(path);
    const isComplete = bytes === file.sizeBytes && (await this.#probes.hasContent(file));
    return isComplete ? { kind: 'works' } : { kind: 'corrupts', bytes, expectedBytes: file.sizeBytes };
  }
}

interface Refusal {
  readonly answer: string;
  /** A temporary error or a full disk: it says nothing of the user's rights. */
  readonly isPassing: boolean;
}

/** The reply that refuses a command; undefined where it is accepted. @throws what is not a reply. */
async function answerOf(command: () => Promise<void>): Promise<Refusal | undefined> {
  try {
    await command();
    return undefined;
  } catch (error) {
    const answer = refusal(error);
    const kind = error instanceof FtpsError ? error.kind : undefined;
    // 530 and 421 end the session, whatever was asked.
    if (kind === 'connection-lost') throw error;
    return { answer, isPassing: kind === 'unavailable' || kind === 'no-space' };
  }
}

function toMade(refused: Refusal | undefined): MadeDirectory['made'] {
  if (refused === undefined) return { kind: 'made' };
  return { kind: refused.isPassing ? 'unknown' : 'refused', answer: refused.answer };
}

/** The server's reply. @throws the error where it is not a reply: then the session has ended. */
function refusal(error: unknown): string {
  if (error instanceof FtpsError && error.replyCode !== undefined) return error.answer;
  throw error;
}
