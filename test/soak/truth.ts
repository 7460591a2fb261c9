import { createHash } from 'node:crypto';

/** What a soak has written, and what must have become of it. Paths are below the flow's directory. */
export class Truth {
  /** SHA-256 of every complete content of a path, the oldest first. */
  readonly #contents = new Map<string, string[]>();
  /** Contents that their writer replaced or removed, which need not have been transferred. */
  readonly #withdrawn = new Set<string>();

  /** Records a complete content. Contents are unique, so a hash names one version of one path. */
  put(path: string, content: Buffer): void {
    const versions = this.#contents.get(path) ?? [];
    this.#contents.set(path, [...versions, sha256(content)]);
  }

  /** The writer replaces or removes the newest content of the path. */
  withdraw(path: string): void {
    const newest = this.newest(path);
    if (newest !== undefined) this.#withdrawn.add(newest);
  }

  get paths(): readonly string[] {
    return [...this.#contents.keys()];
  }

  newest(path: string): string | undefined {
    return this.#contents.get(path)?.at(-1);
  }

  /** Whether these are the bytes of a complete content of the path. */
  isComplete(path: string, content: Buffer | string): boolean {
    const hash = typeof content === 'string' ? content : sha256(content);
    return this.#contents.get(path)?.includes(hash) === true;
  }

  /** Every content that must have been transferred. */
  *owed(): Generator<{ readonly path: string; readonly hash: string }> {
    for (const [path, hashes] of this.#contents) {
      for (const hash of hashes) if (!this.#withdrawn.has(hash)) yield { path, hash };
    }
  }

  get count(): number {
    return [...this.#contents.values()].reduce((sum, { length }) => sum + length, 0);
  }
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
