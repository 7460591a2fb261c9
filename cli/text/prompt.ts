import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError, exitCodes } from '../exit-code.ts';

/** Asks the operator at the terminal. Prompts go to stderr; stdout is for the command's answer. */
export class Prompt implements Disposable {
  readonly #abort = new AbortController();
  #isHidden = false;
  readonly #lines = createInterface({
    input: process.stdin,
    output: new Writable({
      write: (chunk, _, done) => {
        if (!this.#isHidden) process.stderr.write(chunk);
        done();
      },
    }),
    // Turns the terminal's own echo off: only the output above shows what is typed.
    terminal: true,
    // A password must not come back with the arrow keys.
    historySize: 0,
  });

  constructor() {
    this.#lines.once('SIGINT', () => this.#abort.abort());
    this.#lines.once('close', () => this.#abort.abort());
  }

  /** @throws CommandError (usage) on Ctrl-C and at the end of input. */
  async ask(question: string): Promise<string> {
    const { signal } = this.#abort;
    return await this.#lines.question(question, { signal }).catch((cause: unknown) => {
      throw new CommandError(exitCodes.usage, 'Cancelled; nothing changed.', { cause });
    });
  }

  /** The same without echo. */
  async askHidden(question: string): Promise<string> {
    process.stderr.write(question);
    this.#isHidden = true;
    try {
      return await this.ask('');
    } finally {
      this.#isHidden = false;
      process.stderr.write('\n');
    }
  }

  [Symbol.dispose](): void {
    this.#lines.close();
  }
}
