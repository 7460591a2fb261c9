import { createHash } from 'node:crypto';
import { generatedSha256 } from '../../testing/ftps-server/tree/generated-content.ts';
import { MemoryTree } from '../../testing/ftps-server/tree/memory-tree.ts';

const invoices = '/outgoing/invoices';
const settlements = '/outgoing/settlements';
const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** The partner's files, and the SHA-256 that each must have in the bucket. */
export class DemoFiles {
  readonly tree = new MemoryTree();
  readonly #sha256 = new Map<string, string>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  sha256(path: string): string | undefined {
    return this.#sha256.get(path);
  }

  /** The files of a first night: most are settled, some are excluded, some are still being written. */
  seed(): void {
    for (let number = 1; number <= 24; number++) this.#invoice(`${invoices}/${invoiceName(number)}`, 90);
    this.#invoice(`${invoices}/2026/11/north/${invoiceName(101)}`, 60);
    this.#invoice(`${invoices}/2026/11/Rechnung März – Büro 7.csv`, 45);
    this.#invoice(`${invoices}/${invoiceName(25)}`, 0);
    this.#invoice(`${invoices}/drafts/${invoiceName(26)}`, 90);
    this.#put(`${invoices}/notes.tmp`, 'not an invoice\n', 90);
    this.#large(`${settlements}/settlement-2026-11-19.dat`, 200_000_000);
    this.#put(`${settlements}/settlement-2026-11-19.dat.done`, '', 30);
    this.#put(`${settlements}/settlement-2026-11-20.dat`, 'still being written by a batch job\n', 20);
  }

  /** Replaces one file, adds two, and completes the settlement. */
  change(): void {
    this.#put(`${invoices}/${invoiceName(7)}`, 'number;amount\n7;corrected\n', 5);
    this.#invoice(`${invoices}/${invoiceName(27)}`, 10);
    this.#invoice(`${invoices}/2026/11/south/${invoiceName(102)}`, 10);
    this.#put(`${settlements}/settlement-2026-11-20.dat.done`, '', 3);
  }

  #invoice(path: string, minutesAgo: number): void {
    const lines = Array.from({ length: 400 }, (_, index) => `${path};${index};${(index * 37) % 1000}.00\n`);
    this.#put(path, `file;line;amount\n${lines.join('')}`, minutesAgo);
  }

  #put(path: string, text: string, minutesAgo: number): void {
    const modified = new Date(this.#now().getTime() - minutesAgo * minuteMs);
    this.tree.put(path, { content: text, modified });
    this.#sha256.set(path, createHash('sha256').update(text).digest('hex'));
  }

  #large(path: string, sizeBytes: number): void {
    const content = { sizeBytes, seed: 20261119 };
    this.tree.put(path, { content, modified: new Date(this.#now().getTime() - 60 * minuteMs) });
    this.#sha256.set(path, generatedSha256(content));
  }
}

function invoiceName(number: number): string {
  return `invoice-${String(number).padStart(4, '0')}.csv`;
}
