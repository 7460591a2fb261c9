import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FileOrder } from '../../lambdas/core/path/path-order.ts';
import { compareOrders, mergeSorted, type Ordered } from './merge-sorted.ts';

/** Lines in memory before they are sorted and written: some 20 MB. */
const maxHeldLines = 50_000;

interface Line {
  readonly order: FileOrder;
  readonly text: string;
}

/**
 * Sorts values by their order in the ledger on disk, so that what is held does not grow with their number.
 * The files are in a temporary folder that disposal deletes.
 */
export class Spool<T> implements AsyncDisposable {
  readonly #folder: string;
  readonly #parse: (json: unknown) => T;
  readonly #files: string[] = [];
  #lines: Line[] = [];

  private constructor(folder: string, parse: (json: unknown) => T) {
    this.#folder = folder;
    this.#parse = parse;
  }

  /** @param parse checks a value that was read back. */
  static async open<T>(parse: (json: unknown) => T): Promise<Spool<T>> {
    return new Spool(await mkdtemp(join(tmpdir(), 'ftps-sync-verify-')), parse);
  }

  async add(order: FileOrder, value: T): Promise<void> {
    this.#lines.push({ order, text: JSON.stringify([order.directory, order.name, value]) });
    if (this.#lines.length >= maxHeldLines) await this.#write();
  }

  /** All values in their order. Add none afterwards. */
  async *sorted(): AsyncGenerator<Ordered<T>> {
    await this.#write();
    const sources = this.#files.map((file) => this.#read(file));
    for await (const group of mergeSorted(sources)) {
      for (const value of group.values) if (value !== undefined) yield { order: group.order, value };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(): Promise<void> {
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    lines.sort((a, b) => compareOrders(a.order, b.order));
    const file = join(this.#folder, String(this.#files.length));
    await writeFile(file, lines.map(({ text }) => `${text}\n`).join(''));
    this.#files.push(file);
  }

  async *#read(file: string): AsyncGenerator<Ordered<T>> {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const [directory, name, value]: [string, string, unknown] = JSON.parse(line);
      yield { order: { directory, name }, value: this.#parse(value) };
    }
  }
}
