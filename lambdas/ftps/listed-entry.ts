import type { ModifiedTime } from '../sync/remote-file.ts';

/** One line of a listing. Names are bytes still, one character a byte: what they mean depends on the connection's encoding. */
export type ListedEntry = FileEntry | OtherEntry | IgnoredEntry;

export interface FileEntry {
  readonly kind: 'file';
  readonly name: string;
  readonly sizeBytes: number | undefined;
  readonly modified: ModifiedTime | undefined;
  readonly unique: string | undefined;
}

export interface OtherEntry {
  readonly kind: 'directory' | 'link' | 'special';
  readonly name: string;
}

/** `total 12`, and the entries for the directory itself and the one above. */
interface IgnoredEntry {
  readonly kind: 'ignored';
}

export const ignoredEntry: ListedEntry = { kind: 'ignored' };
