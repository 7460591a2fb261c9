import type { DirectoryListing, ListingFault, RefusedName, SkippedEntry } from '../sync/listing.ts';
import type { RemoteFile } from '../sync/remote-file.ts';
import { childPath, nameFault, type RemotePath } from '../sync/remote-path.ts';
import type { FileEntry, ListedEntry, OtherEntry } from './listed-entry.ts';
import type { NameCodec } from './name-codec.ts';
import { escapeBytes, escapeControls } from './reply.ts';

/** More lines of the same kind say nothing new; how many there were is told. */
const maxShownLines = 20;
const maxShownCharacters = 200;

/** Gathers the lines of one directory into a listing. */
export class ListingCollector {
  readonly #directory: RemotePath;
  readonly #codec: NameCodec;
  readonly #files: RemoteFile[] = [];
  readonly #subdirectories: RemotePath[] = [];
  readonly #skipped: SkippedEntry[] = [];
  readonly #refused: RefusedName[] = [];
  readonly #faults: ListingFault[] = [];
  #linesNotUnderstood = 0;
  #lines = 0;

  constructor(directory: RemotePath, codec: NameCodec) {
    this.#directory = directory;
    this.#codec = codec;
  }

  /** Lines heard at all, understood or not, with those for the directory itself. */
  get lines(): number {
    return this.#lines;
  }

  get entries(): number {
    return this.#files.length + this.#subdirectories.length + this.#skipped.length + this.#refused.length;
  }

  /** `entry` is what the line was understood to be; undefined: it was not. */
  add(line: string, entry: ListedEntry | undefined): void {
    this.#lines++;
    if (entry === undefined) {
      this.#notUnderstood(line);
      return;
    }
    switch (entry.kind) {
      case 'ignored':
        return;
      case 'link':
      case 'special':
        this.#skipped.push({ name: this.#shown(entry.name), kind: entry.kind });
        return;
      case 'file':
      case 'directory':
        this.#addNamed(entry);
        return;
    }
    entry satisfies never;
  }

  addFault(fault: ListingFault): void {
    this.#faults.push(fault);
  }

  listing(): DirectoryListing {
    const unshown = this.#linesNotUnderstood - maxShownLines;
    const more: ListingFault[] =
      unshown > 0 ? [{ kind: 'line-not-understood', line: `and ${unshown} more lines` }] : [];
    return {
      directory: this.#directory,
      files: this.#files,
      subdirectories: this.#subdirectories,
      skipped: this.#skipped,
      refused: this.#refused,
      faults: [...this.#faults, ...more],
    };
  }

  #addNamed(entry: FileEntry | OtherEntry): void {
    const name = this.#codec.decode(entry.name);
    const fault = name === undefined ? 'not-text' : nameFault(name);
    if (name === undefined || fault !== undefined) {
      this.#refused.push({ shownName: this.#shown(entry.name), fault: fault ?? 'not-text' });
      return;
    }
    const path = childPath(this.#directory, name);
    if (entry.kind === 'file') {
      const { sizeBytes, modified, unique } = entry;
      this.#files.push({ path, sizeBytes, modified, unique });
    } else this.#subdirectories.push(path);
  }

  #notUnderstood(line: string): void {
    this.#linesNotUnderstood++;
    if (this.#linesNotUnderstood > maxShownLines) return;
    this.#faults.push({ kind: 'line-not-understood', line: this.#shown(line.slice(0, maxShownCharacters)) });
  }

  #shown(bytes: string): string {
    const text = this.#codec.decode(bytes);
    return text === undefined ? escapeBytes(bytes) : escapeControls(text);
  }
}
