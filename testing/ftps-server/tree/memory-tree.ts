import { type FileTree, type NamedEntry, TreeError, type TreePath, type TreeWrite } from './file-tree.ts';
import { generatedBytes } from './generated-content.ts';
import {
  type DirectoryNode,
  type DirectorySeed,
  type FileNode,
  type FileSeed,
  fileNode,
  type GeneratedDirectory,
  type GeneratedDirectoryNode,
  type MemoryNode,
  toTreeEntry,
} from './memory-node.ts';
import { lastNameOf, namesOf, parentOf, treePath } from './tree-path.ts';

/**
 * A file tree in memory. The methods `put...` and `delete` are for tests: they take paths as strings (as
 * UTF-8) or as bytes, create missing parents, and take effect at once, also while a session reads. A file
 * that is being sent keeps the bytes that it had when RETR arrived.
 */
export class MemoryTree implements FileTree {
  #lastId = 0;
  readonly #root: DirectoryNode = this.#newDirectory({});

  /** Puts a new file at the path. It replaces an existing one, also its `unique` fact. */
  put(path: string | Buffer, seed: FileSeed): this {
    return this.#place(path, fileNode(this.#newId(), seed));
  }

  /** Puts an empty directory at the path. */
  putDirectory(path: string | Buffer, seed: DirectorySeed = {}): this {
    return this.#place(path, this.#newDirectory(seed));
  }

  /** Puts a symbolic link at the path, which the server lists and never follows. */
  putLink(path: string | Buffer, link: { readonly target: string; readonly modified?: Date }): this {
    const modified = link.modified ?? new Date();
    return this.#place(path, { kind: 'link', id: this.#newId(), target: treePath(link.target), modified });
  }

  /** Puts a directory whose files are generated while they are listed. */
  putGenerated(path: string | Buffer, source: GeneratedDirectory): this {
    const modified = source.modified ?? new Date();
    return this.#place(path, { kind: 'generated', id: this.#newId(), modified, source });
  }

  /** Deletes the file or directory at the path, with everything below it. */
  delete(path: string | Buffer): this {
    const at = treePath(path);
    this.#directory(parentOf(at)).children.delete(lastNameOf(at));
    return this;
  }

  /** The bytes of a file. @throws TreeError where it does not exist. */
  bytesOf(path: string | Buffer): Buffer {
    const node = this.#node(treePath(path));
    if (node.kind !== 'file') throw new TreeError('not-a-file', treePath(path));
    return Buffer.isBuffer(node.content) ? node.content : Buffer.concat([...generatedBytes(node.content)]);
  }

  async find(path: TreePath) {
    return toTreeEntry(this.#node(path));
  }

  async list(path: TreePath): Promise<Iterable<NamedEntry>> {
    const node = this.#node(path);
    if (node.kind === 'generated') return generatedEntries(node);
    if (node.kind !== 'directory') throw new TreeError('not-a-directory', path);
    if (node.unreadable) throw new TreeError('denied', path);
    return [...node.children].map(([name, child]) => ({ name, entry: toTreeEntry(child) }));
  }

  async read(path: TreePath, offset: number): Promise<Iterable<Buffer>> {
    const node = this.#node(path);
    if (node.kind !== 'file') throw new TreeError('not-a-file', path);
    if (node.unreadable) throw new TreeError('denied', path);
    return Buffer.isBuffer(node.content)
      ? [node.content.subarray(offset)]
      : generatedBytes(node.content, offset);
  }

  async checkWritable(path: TreePath): Promise<void> {
    this.#writableFile(path);
  }

  async write(path: TreePath, { offset, chunks }: TreeWrite): Promise<void> {
    const found = this.#writableFile(path);
    const node = found ?? fileNode(this.#newId(), {});
    const old =
      offset === 0 || found === undefined ? Buffer.alloc(0) : this.bytesOf(Buffer.from(path, 'latin1'));
    const received = [old.subarray(0, offset === 'end' ? old.length : offset)];
    if (found === undefined) this.#writableDirectory(parentOf(path)).children.set(lastNameOf(path), node);
    node.content = Buffer.concat(received);
    try {
      for await (const chunk of chunks) received.push(chunk);
    } finally {
      node.content = Buffer.concat(received);
      node.modified = new Date();
    }
  }

  async remove(path: TreePath): Promise<void> {
    const node = this.#node(path);
    if (node.kind === 'directory' || node.kind === 'generated') throw new TreeError('not-a-file', path);
    this.#writableDirectory(parentOf(path)).children.delete(lastNameOf(path));
  }

  async makeDirectory(path: TreePath): Promise<void> {
    const parent = this.#writableDirectory(parentOf(path));
    if (path === '/' || parent.children.has(lastNameOf(path))) throw new TreeError('exists', path);
    parent.children.set(lastNameOf(path), this.#newDirectory({}));
  }

  async removeDirectory(path: TreePath): Promise<void> {
    const node = this.#directory(path);
    if (node.children.size > 0 || node === this.#root) throw new TreeError('not-empty', path);
    this.#writableDirectory(parentOf(path)).children.delete(lastNameOf(path));
  }

  async rename(from: TreePath, to: TreePath): Promise<void> {
    const node = this.#node(from);
    const parent = this.#writableDirectory(parentOf(to));
    const target = parent.children.get(lastNameOf(to));
    if (from === '/' || to.startsWith(`${from}/`)) throw new TreeError('denied', from);
    if (target !== undefined && target.kind !== 'file' && target !== node) throw new TreeError('exists', to);
    this.#writableDirectory(parentOf(from)).children.delete(lastNameOf(from));
    parent.children.set(lastNameOf(to), node);
  }

  async setModified(path: TreePath, modified: Date): Promise<void> {
    const node = this.#node(path);
    if (node.kind === 'generated') throw new TreeError('denied', path);
    node.modified = modified;
  }

  /** The file that an upload overwrites; undefined where it creates a new one. */
  #writableFile(path: TreePath): FileNode | undefined {
    const found = this.#directory(parentOf(path)).children.get(lastNameOf(path));
    if (path === '/' || (found !== undefined && found.kind !== 'file'))
      throw new TreeError('not-a-file', path);
    if (found?.unreadable === true) throw new TreeError('denied', path);
    if (found === undefined) this.#writableDirectory(parentOf(path));
    return found;
  }

  #place(path: string | Buffer, node: MemoryNode): this {
    const names = namesOf(treePath(path));
    let directory = this.#root;
    for (const name of names.slice(0, -1)) {
      const found = directory.children.get(name);
      if (found !== undefined && found.kind !== 'directory')
        throw new TreeError('not-a-directory', treePath(path));
      const next = found ?? this.#newDirectory({});
      directory.children.set(name, next);
      directory = next;
    }
    const name = names.at(-1);
    if (name === undefined) throw new TreeError('exists', '/');
    directory.children.set(name, node);
    return this;
  }

  #node(path: TreePath): MemoryNode {
    let node: MemoryNode = this.#root;
    for (const name of namesOf(path)) {
      const child = this.#child(node, name);
      if (child === undefined) throw new TreeError('missing', path);
      node = child;
    }
    return node;
  }

  #child(node: MemoryNode, name: string): MemoryNode | undefined {
    if (node.kind === 'directory') return node.children.get(name);
    if (node.kind !== 'generated') return undefined;
    const seed = node.source.find(Buffer.from(name, 'latin1').toString('utf8'));
    return seed === undefined ? undefined : generatedFile(node, name, seed);
  }

  #directory(path: TreePath): DirectoryNode {
    const node = this.#node(path);
    if (node.kind === 'generated') throw new TreeError('denied', path);
    if (node.kind !== 'directory') throw new TreeError('not-a-directory', path);
    return node;
  }

  /** The directory, in which names can be created and deleted. */
  #writableDirectory(path: TreePath): DirectoryNode {
    const directory = this.#directory(path);
    if (directory.readOnly) throw new TreeError('denied', path);
    return directory;
  }

  #newDirectory(seed: DirectorySeed): DirectoryNode {
    return {
      kind: 'directory',
      id: this.#newId(),
      modified: seed.modified ?? new Date(),
      children: new Map(),
      unreadable: seed.unreadable === true,
      readOnly: seed.readOnly === true,
    };
  }

  #newId(): string {
    this.#lastId += 1;
    return `m${this.#lastId.toString(36)}`;
  }
}

function* generatedEntries(node: GeneratedDirectoryNode): Generator<NamedEntry> {
  for (const [text, seed] of node.source.entries()) {
    const name = treePath(text);
    yield { name, entry: toTreeEntry(generatedFile(node, name, seed)) };
  }
}

function generatedFile(node: GeneratedDirectoryNode, name: string, seed: FileSeed): FileNode {
  return fileNode(`${node.id}.${name}`, seed);
}
