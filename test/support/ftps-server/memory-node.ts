import type { GeneratedContent } from './generated-content.ts';
import type { TreeEntry } from './tree.ts';

/** What a test or the demo says of a file in a memory tree. */
export interface FileSeed {
  /** Text is written as UTF-8. Empty unless told. */
  readonly content?: string | Buffer | GeneratedContent;
  /** The moment of seeding unless told. */
  readonly modified?: Date;
  /** Listed, but RETR is refused with 550. */
  readonly unreadable?: boolean;
}

/** The same of a directory. */
export interface DirectorySeed {
  readonly modified?: Date;
  /** It can be entered, but not listed. */
  readonly unreadable?: boolean;
  /** Sessions cannot make, rename or delete anything in it; what is there can be overwritten, as on Unix. */
  readonly readOnly?: boolean;
}

/** A directory too large to hold: its files are named and made while they are listed. */
export interface GeneratedDirectory {
  readonly modified?: Date;
  entries(): Iterable<readonly [name: string, file: FileSeed]>;
  /** The file of that name, without going through all entries. */
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

/** What a listing says of a node. */
export function entryOf(node: MemoryNode): TreeEntry {
  const { id: unique, modified } = node;
  switch (node.kind) {
    case 'file':
      return { kind: 'file', sizeBytes: sizeOf(node.content), modified, unique };
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

function sizeOf(content: Buffer | GeneratedContent): number {
  return Buffer.isBuffer(content) ? content.length : content.sizeBytes;
}
