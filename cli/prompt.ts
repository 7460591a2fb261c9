import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandFault, exitCodes } from './exit-code.ts';

/** Asks the person at the terminal. What is asked goes to stderr, so that stdout has answers alone. */
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
    // The terminal echoes nothing by itself then: what is typed is shown by what is written here.
    terminal: true,
    // A password must not come back with the arrow keys.
    historySize: 0,
  });

  constructor() {
    this.#lines.once('SIGINT', () => this.#abort.abort());
    this.#lines.once('close', () => this.#abort.abort());
  }

  /** @throws CommandFault where the person breaks off. */
  async ask(question: string): Promise<string> {
    const { signal } = this.#abort;
    return await this.#lines.question(question, { signal }).catch((cause: unknown) => {
      throw new CommandFault(exitCodes.usage, 'Broken off: nothing was changed.', { cause });
    });
  }

  /** The same for what nobody may read off the screen. */
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
