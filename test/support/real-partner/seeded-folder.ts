import { createHash } from 'node:crypto';
import { chown, mkdir, open, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { generatedBytes } from '../../../testing/ftps-server/tree/generated-content.ts';
import type { Owner } from '../real-servers/real-server.ts';

const minuteMs = 60_000;

/** Files on disk with contents generated from seeds, and their SHA-256. */
export class SeededFolder {
  readonly root: string;
  /** Lower-case hex, by the path at the partner: below the root, with a leading slash. */
  readonly sha256 = new Map<string, string>();
  readonly #owner: Owner;

  constructor(root: string, owner: Owner) {
    this.root = root;
    this.#owner = owner;
  }

  /** Writes a file with a modified time `ageMinutes` ago, by default an hour. */
  async put(
    path: string,
    content: { readonly sizeBytes: number; readonly seed: number; readonly ageMinutes?: number },
  ): Promise<void> {
    const onDisk = join(this.root, path);
    await this.#makeFolder(dirname(onDisk));
    const hash = createHash('sha256');
    await using file = await open(onDisk, 'w');
    for (const chunk of generatedBytes(content)) {
      hash.update(chunk);
      await file.write(chunk);
    }
    await file.chown(this.#owner.uid, this.#owner.gid);
    const modified = new Date(Date.now() - (content.ageMinutes ?? 60) * minuteMs);
    await utimes(onDisk, modified, modified);
    this.sha256.set(path, hash.digest('hex'));
  }

  async #makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    const { uid, gid } = this.#owner;
    for (let made = folder; !relative(first, made).startsWith('..'); made = dirname(made)) {
      await chown(made, uid, gid);
    }
  }
}
