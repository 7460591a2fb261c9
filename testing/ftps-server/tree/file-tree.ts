/**
 * An absolute path as bytes, one character per byte (latin1): a name at a partner need not be valid UTF-8.
 * Created by {@link treePath}, from a string (as UTF-8) or from bytes.
 */
export type TreePath = string;

/** What listings show of a file. */
export interface TreeFile {
  readonly kind: 'file';
  readonly sizeBytes: number;
  readonly modified: Date;
  /** The MLSD `unique` fact: equal for two observations of the same file (RFC 3659, 7.5.2). */
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
  /** One character per byte, as in {@link TreePath}. */
  readonly name: string;
  readonly entry: TreeEntry;
}

/** Why a tree refuses an operation. */
export type TreeErrorKind = 'missing' | 'denied' | 'exists' | 'not-a-directory' | 'not-a-file' | 'not-empty';

export class TreeError extends Error {
  override readonly name = 'TreeError';
  readonly kind: TreeErrorKind;

  constructor(kind: TreeErrorKind, path: TreePath) {
    super(`${JSON.stringify(path)}: ${kind}`);
    this.kind = kind;
  }
}

/** The data of one upload and the byte at which it begins; `end` appends. */
export interface TreeWrite {
  readonly offset: number | 'end';
  readonly chunks: AsyncIterable<Buffer>;
}

/** The files that a server offers. Every operation throws a {@link TreeError} where the tree refuses it. */
export interface FileTree {
  find(path: TreePath): Promise<TreeEntry>;
  /** The entries in the tree's order; throws before the first entry, if at all. */
  list(path: TreePath): Promise<AsyncIterable<NamedEntry> | Iterable<NamedEntry>>;
  /** The bytes from `offset` on; throws before the first chunk, if at all. */
  read(path: TreePath, offset: number): Promise<AsyncIterable<Buffer> | Iterable<Buffer>>;
  /**
   * Throws what `write` would throw before the first byte, so that the server refuses an upload before its
   * 150.
   */
  checkWritable(path: TreePath): Promise<void>;
  write(path: TreePath, write: TreeWrite): Promise<void>;
  remove(path: TreePath): Promise<void>;
  makeDirectory(path: TreePath): Promise<void>;
  removeDirectory(path: TreePath): Promise<void>;
  /** Replaces a file at `to`, as POSIX does. */
  rename(from: TreePath, to: TreePath): Promise<void>;
  setModified(path: TreePath, modified: Date): Promise<void>;
}
