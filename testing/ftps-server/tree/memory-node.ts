import type { TreeEntry } from './file-tree.ts';
import type { GeneratedContent } from './generated-content.ts';

/** A file to put into a memory tree. */
export interface FileSeed {
  /** Text is encoded as UTF-8. Default: empty. */
  readonly content?: string | Buffer | GeneratedContent;
  /** Default: now. */
  readonly modified?: Date;
  /** Listed, but the server answers RETR with 550. */
  readonly unreadable?: boolean;
}

/** A directory to put into a memory tree. */
export interface DirectorySeed {
  readonly modified?: Date;
  /** Sessions can enter it, but not list it. */
  readonly unreadable?: boolean;
  /** Sessions cannot create, rename or delete anything in it, but can overwrite files, as on Unix. */
  readonly readOnly?: boolean;
}

/** A directory too large for memory: its files are generated while they are listed. */
export interface GeneratedDirectory {
  readonly modified?: Date;
  entries(): Iterable<readonly [name: string, file: FileSeed]>;
  /** The file of that name, without iterating over all entries. */
  find(name: string): FileSeed | undefined;
}

export interface FileNode {
  readonly kind: 'file';
  readonly id: string;
  content: Buffer | GeneratedContent;
  modified: Date;
  readonly unreadable: boolean;
}

export interface DirectoryNode {
  readonly kind: 'directory';
  readonly id: string;
  modified: Date;
  readonly children: Map<string, MemoryNode>;
  readonly unreadable: boolean;
  readonly readOnly: boolean;
}

export interface GeneratedDirectoryNode {
  readonly kind: 'generated';
  readonly id: string;
  readonly modified: Date;
  readonly source: GeneratedDirectory;
}

interface LinkNode {
  readonly kind: 'link';
  readonly id: string;
  readonly target: string;
  modified: Date;
}

export type MemoryNode = FileNode | DirectoryNode | GeneratedDirectoryNode | LinkNode;

/** What a listing shows of a node. */
export function toTreeEntry(node: MemoryNode): TreeEntry {
  const { id: unique, modified } = node;
  switch (node.kind) {
    case 'file':
      return { kind: 'file', sizeBytes: contentBytes(node.content), modified, unique };
    case 'link':
      return { kind: 'link', target: node.target, modified, unique };
    case 'directory':
    case 'generated':
      return { kind: 'directory', modified, unique };
  }
}

export function fileNode(id: string, seed: FileSeed): FileNode {
  const content = seed.content ?? '';
  return {
    kind: 'file',
    id,
    content: typeof content === 'string' ? Buffer.from(content) : content,
    modified: seed.modified ?? new Date(),
    unreadable: seed.unreadable === true,
  };
}

function contentBytes(content: Buffer | GeneratedContent): number {
  return Buffer.isBuffer(content) ? content.length : content.sizeBytes;
}
