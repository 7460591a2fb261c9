import type { TreePath, TreeWrite } from './file-tree.ts';
import { FolderTree } from './folder-tree.ts';

const mebibyte = 1024 * 1024;

/**
 * A folder that counts how often each mebibyte of its files is written, summed over all files. Appended bytes
 * are not counted.
 */
export class CountingTree extends FolderTree {
  readonly #written: number[] = [];

  /** Sets all counts to zero. */
  reset(): void {
    this.#written.length = 0;
  }

  /** How often the most frequently written mebibyte was written. */
  get maxWrites(): number {
    return Math.max(0, ...this.#written) / mebibyte;
  }

  get bytes(): number {
    return this.#written.reduce((sum, each) => sum + each, 0);
  }

  override write(path: TreePath, { offset, chunks }: TreeWrite): Promise<void> {
    const counted = offset === 'end' ? chunks : this.#counted(offset, chunks);
    return super.write(path, { offset, chunks: counted });
  }

  async *#counted(offset: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let position = offset;
    for await (const chunk of chunks) {
      this.#count(position, chunk.length);
      position += chunk.length;
      yield chunk;
    }
  }

  #count(start: number, length: number): void {
    for (let at = start; at < start + length; ) {
      const block = Math.floor(at / mebibyte);
      const end = Math.min(start + length, (block + 1) * mebibyte);
      this.#written[block] = (this.#written[block] ?? 0) + end - at;
      at = end;
    }
  }
}
