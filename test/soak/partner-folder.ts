import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, chown, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../simulate/machine/random.ts';
import { Truth } from './truth.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const hourMs = 60 * 60_000;

/** The time that a growing file rests between two pieces: far below the minimum age of its flow. */
const growthPauseMs = 100;

/**
 * What the partner does in the folder that its server serves: two directories for pulls, of which the flow of
 * `deleted` removes what it has, and one for the push.
 */
export class PartnerActions {
  readonly kept = new Truth();
  readonly deleted = new Truth();
  readonly #root: string;
  readonly #owner: Owner;
  readonly #random: Random;
  #count = 0;
  readonly #growing = new Map<string, Promise<unknown>>();

  constructor(root: string, owner: Owner, random: Random) {
    this.#root = root;
    this.#owner = owner;
    this.#random = random;
  }

  /** One random action. */
  async act(): Promise<void> {
    const actions = [
      () => this.#putWhole('kept', this.kept),
      () => this.#putWhole('kept', this.kept),
      () => this.#grow(),
      () => this.#rewrite(),
      () => this.#remove(),
      () => this.#putWhole('deleted', this.deleted),
      () => this.#putWhole('deleted', this.deleted),
      () => this.#putAgain(),
    ];
    await pickOne(actions, this.#random)?.();
  }

  /** Waits until no file grows any more. */
  async rest(): Promise<void> {
    await Promise.all(this.#growing.values());
  }

  /** Contents by path below the directory. Temporary names of the writers are left out. */
  files(directory: string): ReadonlyMap<string, Buffer> {
    const top = join(this.#root, directory);
    const entries = readdirSync(top, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    return new Map(
      names.flatMap((name) => {
        const content = readUnlessGone(name);
        return content === undefined ? [] : [[name.slice(top.length + 1), content] as const];
      }),
    );
  }

  #content(): Buffer {
    this.#count += 1;
    const size = this.#random.pick([0, 1, 300, 5_000, 80_000, 1_500_000]);
    return Buffer.concat([Buffer.from(`version ${this.#count} `), Buffer.alloc(size, `${this.#count} `)]);
  }

  #newPath(): string {
    const folder = this.#random.pick(['', 'a/', 'a/deep er/']);
    return `${folder}file-${this.#count}-${this.#random.below(1000)}.csv`;
  }

  /** Written elsewhere and renamed, as careful partners do. */
  async #putWhole(directory: 'kept' | 'deleted', truth: Truth, path = this.#newPath()): Promise<void> {
    const content = this.#content();
    truth.put(path, content);
    await this.#place(directory, path, content);
  }

  async #place(directory: string, path: string, content: Buffer): Promise<void> {
    const draft = join(this.#root, 'drafts', String(this.#count));
    const target = join(this.#root, directory, path);
    await this.#makeFolder(join(this.#root, directory), dirname(path));
    mkdirSync(dirname(draft), { recursive: true });
    writeFileSync(draft, content);
    await chown(draft, this.#owner.uid, this.#owner.gid);
    // The partner's clock jumps.
    if (this.#random.chance(0.2)) {
      const at = new Date(Date.now() - this.#random.pick([1, 24, 5000]) * hourMs);
      await utimes(draft, at, at);
    }
    renameSync(draft, target);
  }

  /** A file whose writer takes its time, under its final name. */
  async #grow(): Promise<void> {
    const path = this.#newPath();
    const content = Buffer.concat([this.#content(), Buffer.from('end')]);
    const target = join(this.#root, 'kept', path);
    await this.#makeFolder(join(this.#root, 'kept'), dirname(path));
    this.kept.put(path, content);
    const pieces = 8;
    const size = Math.ceil(content.length / pieces);
    const write = async () => {
      for (let piece = 0; piece < pieces; piece += 1) {
        await appendFile(target, content.subarray(piece * size, (piece + 1) * size));
        await sleep(growthPauseMs);
      }
      this.#growing.delete(path);
    };
    this.#growing.set(path, write());
  }

  /** Replaces a file of `kept`, whether it was transferred or not. */
  async #rewrite(): Promise<void> {
    const path = this.#existing('kept', this.kept);
    if (path === undefined) return this.#putWhole('kept', this.kept);
    this.kept.withdraw(path);
    await this.#putWhole('kept', this.kept, path);
  }

  async #remove(): Promise<void> {
    const path = this.#existing('kept', this.kept);
    if (path === undefined) return;
    this.kept.withdraw(path);
    rmSync(join(this.#root, 'kept', path));
  }

  /** A new version under a name of `deleted` that is gone, because the flow has deleted it. */
  async #putAgain(): Promise<void> {
    const gone = this.deleted.paths.filter((path) => !existsSync(join(this.#root, 'deleted', path)));
    const path = pickOne(gone, this.#random);
    if (path !== undefined) await this.#putWhole('deleted', this.deleted, path);
  }

  /** A complete file that no one writes any more: a writer would create the file again after its removal. */
  #existing(directory: string, truth: Truth): string | undefined {
    const present = truth.paths.filter((path) => {
      if (this.#growing.has(path)) return false;
      const file = join(this.#root, directory, path);
      return existsSync(file) && truth.isComplete(path, readFileSync(file));
    });
    return pickOne(present, this.#random);
  }

  async #makeFolder(top: string, folder: string): Promise<void> {
    if (folder === '.') return;
    let path = top;
    for (const name of folder.split('/')) {
      path = join(path, name);
      if (existsSync(path)) continue;
      mkdirSync(path);
      await chown(path, this.#owner.uid, this.#owner.gid);
    }
  }
}

/** Undefined where there is nothing to pick from. */
export function pickOne<T>(from: readonly T[], random: Random): T | undefined {
  return from[random.below(from.length)];
}

/** Undefined where the server has renamed or deleted the file since it was listed. */
function readUnlessGone(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
