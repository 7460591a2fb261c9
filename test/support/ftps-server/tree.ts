/**
 * An absolute path as it travels: one character for one byte (latin1), because a name at a partner is bytes
 * and need not be valid UTF-8. Made by {@link treePath}, from a string (written as UTF-8) or from bytes.
 */
export type TreePath = string;

/** A file, as far as listings tell. */
export interface TreeFile {
  readonly kind: 'file';
  readonly sizeBytes: number;
  readonly modified: Date;
  /** The MLSD `unique` fact: equal for two sightings of the same file (RFC 3659, 7.5.2). */
  readonly unique: string;
}

interface TreeDirectory {
  readonly kind: 'directory';
  readonly modified: Date;
  readonly unique: string;
}

/** A symbolic link: listed, never followed. */
interface TreeLink {
  readonly kind: 'link';
  readonly target: string;
  readonly modified: Date;
  readonly unique: string;
}

export type TreeEntry = TreeFile | TreeDirectory | TreeLink;

export interface NamedEntry {
  /** One character for one byte, as in {@link TreePath}. */
  readonly name: string;
  readonly entry: TreeEntry;
}

/** Why a tree does not do what was asked. */
export type TreeFault = 'missing' | 'denied' | 'exists' | 'not-a-directory' | 'not-a-file' | 'not-empty';

export class TreeError extends Error {
  override readonly name = 'TreeError';
  readonly fault: TreeFault;

  constructor(fault: TreeFault, path: TreePath) {
    super(`${JSON.stringify(path)}: ${fault}`);
    this.fault = fault;
  }
}

/** What one upload writes, and from which byte on; `end` appends. */
export interface TreeWrite {
  readonly offset: number | 'end';
  readonly chunks: AsyncIterable<Buffer>;
}

/** The files that a server offers. Every operation throws a {@link TreeError} where the tree refuses. */
export interface FileTree {
  find(path: TreePath): Promise<TreeEntry>;
  /** The entries in the tree's own order; refusals are thrown before the first entry. */
  list(path: TreePath): Promise<AsyncIterable<NamedEntry> | Iterable<NamedEntry>>;
  /** The bytes from `offset` on; refusals are thrown before the first chunk. */
  read(path: TreePath, offset: number): Promise<AsyncIterable<Buffer> | Iterable<Buffer>>;
  /** Throws what `write` would throw before the first byte, so that an upload is refused before its 150. */
  checkWritable(path: TreePath): Promise<void>;
  write(path: TreePath, write: TreeWrite): Promise<void>;
  remove(path: TreePath): Promise<void>;
  makeDirectory(path: TreePath): Promise<void>;
  removeDirectory(path: TreePath): Promise<void>;
  /** Replaces what is at `to`, as POSIX does. */
  rename(from: TreePath, to: TreePath): Promise<void>;
  setModified(path: TreePath, modified: Date): Promise<void>;
}
