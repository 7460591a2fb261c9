import { constants, type Stats } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  readlink,
  rename,
  rmdir,
  unlink,
  utimes,
} from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type FileTree,
  type NamedEntry,
  type TreeEntry,
  TreeError,
  type TreeErrorKind,
  type TreePath,
  type TreeWrite,
} from './file-tree.ts';
import { namesOf, parentOf } from './tree-path.ts';

const readChunkBytes = 64 * 1024;

/** By the error code of the file system. */
const errorKinds: Readonly<Record<string, TreeErrorKind>> = {
  ENOENT: 'missing',
  EACCES: 'denied',
  EPERM: 'denied',
  ELOOP: 'denied',
  ENAMETOOLONG: 'denied',
  EINVAL: 'denied',
  EEXIST: 'exists',
  ENOTDIR: 'not-a-directory',
  EISDIR: 'not-a-file',
  ENOTEMPTY: 'not-empty',
};

/**
 * A folder on disk as a file tree. No path leads out of the folder: `..` ends at its root, and symbolic links
 * are listed and never followed.
 */
export class FolderTree implements FileTree {
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  find(path: TreePath): Promise<TreeEntry> {
    return asTreeError(path, async () => {
      const stats = await this.#stats(path);
      return toTreeEntry(stats, stats.isSymbolicLink() ? await readlink(this.#place(path), 'latin1') : '');
    });
  }

  list(path: TreePath): Promise<AsyncIterable<NamedEntry>> {
    return asTreeError(path, async () => {
      const stats = await this.#stats(path);
      if (!stats.isDirectory()) throw new TreeError('not-a-directory', path);
      const names: string[] = [];
      // latin1 gives one character per byte.
      for await (const { name } of await opendir(this.#place(path), { encoding: 'latin1' })) names.push(name);
      return this.#entries(path, names.sort());
    });
  }

  read(path: TreePath, offset: number): Promise<AsyncIterable<Buffer>> {
    return asTreeError(path, async () => {
      const readable = await this.#openFile(path, constants.O_RDONLY);
      // The first chunk opens it again: the transfer may still be refused and never read.
      await readable.close();
      return toChunks(() => this.#openFile(path, constants.O_RDONLY), offset);
    });
  }

  checkWritable(path: TreePath): Promise<void> {
    return asTreeError(path, async () => {
      await this.#requireParent(path);
      const found = await lstat(this.#place(path)).catch(() => undefined);
      if (found !== undefined && !found.isFile()) throw new TreeError('not-a-file', path);
    });
  }

  async write(path: TreePath, { offset, chunks }: TreeWrite): Promise<void> {
    await this.checkWritable(path);
    const start = { 0: constants.O_TRUNC, end: constants.O_APPEND }[String(offset)] ?? 0;
    const file = await asTreeError(path, () =>
      this.#openFile(path, constants.O_WRONLY | constants.O_CREAT | start),
    );
    try {
      let position = offset === 'end' ? undefined : offset;
      for await (const chunk of chunks) {
        await file.write(chunk, 0, chunk.length, position ?? null);
        if (position !== undefined) position += chunk.length;
      }
    } finally {
      await file.close();
    }
  }

  remove(path: TreePath): Promise<void> {
    return asTreeError(path, async () => {
      if ((await this.#stats(path)).isDirectory()) throw new TreeError('not-a-file', path);
      await unlink(this.#place(path));
    });
  }

  makeDirectory(path: TreePath): Promise<void> {
    return asTreeError(path, async () => {
      await this.#requireParent(path);
      await mkdir(this.#place(path));
    });
  }

  removeDirectory(path: TreePath): Promise<void> {
    return asTreeError(path, async () => {
      await this.#stats(path);
      if (path === '/') throw new TreeError('denied', path);
      await rmdir(this.#place(path));
    });
  }

  rename(from: TreePath, to: TreePath): Promise<void> {
    return asTreeError(from, async () => {
      await this.#stats(from);
      await this.#requireParent(to);
      if (from === '/' || to === '/') throw new TreeError('denied', from);
      await rename(this.#place(from), this.#place(to));
    });
  }

  setModified(path: TreePath, modified: Date): Promise<void> {
    return asTreeError(path, async () => {
      if ((await this.#stats(path)).isSymbolicLink()) throw new TreeError('denied', path);
      await utimes(this.#place(path), modified, modified);
    });
  }

  #place(path: TreePath): Buffer {
    return Buffer.concat([Buffer.from(this.#root), Buffer.from(path, 'latin1')]);
  }

  /**
   * Does not follow a link at the path. Throws where a parent is a link, which may lead out of the folder.
   */
  async #stats(path: TreePath): Promise<Stats> {
    let walked = '';
    for (const name of namesOf(path).slice(0, -1)) {
      walked = `${walked}/${name}`;
      const stats = await lstat(this.#place(walked));
      if (stats.isSymbolicLink()) throw new TreeError('denied', path);
    }
    return lstat(this.#place(path === '/' ? '' : path));
  }

  /** Throws where the parent is not a directory, or is a link to one, which may lead out of the folder. */
  async #requireParent(path: TreePath): Promise<void> {
    const parent = await this.#stats(parentOf(path));
    if (!parent.isDirectory()) throw new TreeError('not-a-directory', path);
  }

  async #openFile(path: TreePath, flags: number): Promise<FileHandle> {
    await this.#requireParent(path);
    const file = await open(this.#place(path), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o644);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new TreeError('not-a-file', path);
  }

  async *#entries(path: TreePath, names: readonly string[]): AsyncGenerator<NamedEntry> {
    for (const name of names) {
      // A file may be deleted after its name was read. It is left out then.
      const entry = await this.find(path === '/' ? `/${name}` : `${path}/${name}`).catch(() => undefined);
      if (entry !== undefined) yield { name, entry };
    }
  }
}

async function* toChunks(openFile: () => Promise<FileHandle>, offset: number): AsyncGenerator<Buffer> {
  const file = await openFile();
  try {
    for (let position = offset; ; ) {
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafe(readChunkBytes),
        0,
        readChunkBytes,
        position,
      );
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function toTreeEntry(stats: Stats, target: string): TreeEntry {
  const facts = { modified: stats.mtime, unique: `d${stats.ino.toString(36)}` };
  if (stats.isDirectory()) return { kind: 'directory', ...facts };
  if (stats.isSymbolicLink()) return { kind: 'link', target, ...facts };
  return { kind: 'file', sizeBytes: stats.size, ...facts };
}

/** Turns known errors of the file system into TreeErrors. */
async function asTreeError<T>(path: TreePath, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const kind = errorKinds[code];
    throw kind === undefined ? error : new TreeError(kind, path);
  }
}
