import type { RemoteFile } from '../../core/listing/remote-file.ts';
import { requestAll } from '../session/commands.ts';
import { parseModifiedTimeReply, parseSizeReply } from '../session/file-facts.ts';
import type { Session } from '../session/session.ts';

/** Commands in one burst, which `requestAll` pipelines. */
const maxBurst = 100;

/** So many answers in a row without a fact show that the rest is not worth asking. */
const maxUntold = maxBurst / 2;

/** A server that is slower than this leaves the rest unknown: a listing must end. */
const maxAskingMs = 120_000;

interface Question {
  readonly command: 'MDTM' | 'SIZE';
  readonly file: number;
}

/**
 * Files of a directory whose listing leaves out a time or a size, which no format and no RFC guarantees. MDTM
 * and SIZE are asked for them (RFC 3659, 3 and 4). What the server does not tell stays unknown.
 */
export class MissingFacts {
  readonly #files: RemoteFile[] = [];
  #questions: Question[] = [];
  /** How often in a row each command has told nothing. */
  readonly #untold: Record<Question['command'], number> = { MDTM: 0, SIZE: 0 };
  /** Commands that are of no use on this server. */
  readonly #useless = new Set<Question['command']>();
  #startMs: number | undefined;

  /** Whether the listing leaves out something of this file. */
  static concern({ modified, sizeBytes }: RemoteFile): boolean {
    return modified === undefined || sizeBytes === undefined;
  }

  add(file: RemoteFile): void {
    const index = this.#files.push(file) - 1;
    if (file.modified === undefined) this.#questions.push({ command: 'MDTM', file: index });
    if (file.sizeBytes === undefined) this.#questions.push({ command: 'SIZE', file: index });
  }

  /** In the order in which they were added, with the facts that are known by now. */
  get files(): readonly RemoteFile[] {
    return this.#files;
  }

  /** Whether something is left to ask. */
  get isOpen(): boolean {
    return this.#questions.length > 0;
  }

  /**
   * Asks what is not known yet, a hundred questions at a time. A command is given up once fifty answers in a
   * row have told nothing.
   * @throws FtpsError where the session is gone; go on with another one. The signal's reason.
   */
  async ask(session: Session, signal?: AbortSignal): Promise<void> {
    this.#startMs ??= performance.now();
    while (this.isOpen) {
      signal?.throwIfAborted();
      if (performance.now() - this.#startMs > maxAskingMs) this.#questions = [];
      // Where commands go one by one, each of them may take its time.
      const size = session.behaviour.commands === 'together' ? maxBurst : 1;
      const burst = this.#questions.slice(0, size);
      await this.#askBurst(session, burst);
      this.#questions = this.#questions
        .slice(burst.length)
        .filter(({ command }) => !this.#useless.has(command));
    }
  }

  async #askBurst(session: Session, burst: readonly Question[]): Promise<void> {
    const askable = burst.flatMap((question) => {
      const name = session.codec.encode(this.#files[question.file]?.path ?? '');
      return name === undefined ? [] : [{ question, line: `${question.command} ${name}` }];
    });
    const replies = await requestAll(
      session,
      askable.map(({ line }) => line),
    );
    const told = new Set<Question['command']>();
    for (const [index, { question }] of askable.entries()) {
      const reply = replies[index];
      const file = this.#files[question.file];
      if (reply === undefined || file === undefined) continue;
      const { modified, sizeBytes } =
        question.command === 'MDTM'
          ? { ...file, modified: parseModifiedTimeReply(reply) }
          : { ...file, sizeBytes: parseSizeReply(reply) };
      this.#files[question.file] = { ...file, modified, sizeBytes };
      if ((question.command === 'MDTM' ? modified : sizeBytes) !== undefined) told.add(question.command);
    }
    for (const { command } of burst) {
      this.#untold[command] = told.has(command) ? 0 : this.#untold[command] + 1;
      if (this.#untold[command] >= maxUntold) this.#useless.add(command);
    }
  }
}
