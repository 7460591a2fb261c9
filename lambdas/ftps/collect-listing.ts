import type { ListingFault, ListingLine, ListingVerdict } from '../sync/listing.ts';
import { childPath, nameFault, type RemotePath } from '../sync/remote-path.ts';
import type { FileEntry, ListedEntry, OtherEntry } from './listed-entry.ts';
import type { NameCodec } from './name-codec.ts';
import { escapeBytes, escapeControls } from './reply.ts';

/** More lines of the same kind say nothing new; how many there were is told. */
const maxShownLines = 20;
const maxShownCharacters = 200;

export interface CollectorOptions {
  readonly directory: RemotePath;
  readonly codec: NameCodec;
  /** Further ones are not kept, and are a fault. */
  readonly maxSubdirectories: number;
}

/** Makes listing lines of what a server sends of one directory. It holds the lines that were not taken yet, and the subdirectories. */
export class ListingCollector {
  readonly #options: CollectorOptions;
  readonly #subdirectories = new Set<RemotePath>();
  readonly #faults: ListingFault[] = [];
  #waiting: ListingLine[] = [];
  #linesNotUnderstood = 0;
  #lines = 0;
  #entries = 0;
  #tooManySubdirectories = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Lines heard at all, understood or not, with those for the directory itself. */
  get lines(): number {
    return this.#lines;
  }

  get entries(): number {
    return this.#entries;
  }

  /** How many lines {@link take} would give. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The lines since the last time, in the server's order. */
  take(): readonly ListingLine[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** `entry` is what the line was understood to be; undefined: it was not. */
  add(line: string, entry: ListedEntry | undefined): void {
    this.#lines++;
    if (entry === undefined) {
      this.#notUnderstood(line);
      return;
    }
    if (entry.kind === 'ignored') return;
    this.#entries++;
    const { directory } = this.#options;
    switch (entry.kind) {
      case 'link':
      case 'special':
        this.#waiting.push({
          kind: 'skipped',
          directory,
          entry: { name: this.#shown(entry.name), kind: entry.kind },
        });
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

  verdict(): ListingVerdict {
    const unshown = this.#linesNotUnderstood - maxShownLines;
    const faults = [...this.#faults];
    if (unshown > 0) faults.push({ kind: 'line-not-understood', line: `and ${unshown} more lines` });
    const { directory, maxSubdirectories: limit } = this.#options;
    if (this.#tooManySubdirectories) faults.push({ kind: 'too-many-entries', limit });
    return { directory, subdirectories: [...this.#subdirectories], faults };
  }

  #addNamed(entry: FileEntry | OtherEntry): void {
    const { directory, codec } = this.#options;
    const name = codec.decode(entry.name);
    const fault = name === undefined ? 'not-text' : nameFault(name);
    if (name === undefined || fault !== undefined) {
      const refused = { shownName: this.#shown(entry.name), fault: fault ?? 'not-text' };
      this.#waiting.push({ kind: 'refused', directory, name: refused });
      return;
    }
    const path = childPath(directory, name);
    if (entry.kind === 'file') {
      const { sizeBytes, modified, unique } = entry;
      this.#waiting.push({ kind: 'file', file: { path, sizeBytes, modified, unique } });
    } else this.#addSubdirectory(path);
  }

  #addSubdirectory(path: RemotePath): void {
    const isFull = this.#subdirectories.size >= this.#options.maxSubdirectories;
    if (!isFull) this.#subdirectories.add(path);
    else if (!this.#subdirectories.has(path)) this.#tooManySubdirectories = true;
  }

  #notUnderstood(line: string): void {
    this.#linesNotUnderstood++;
    if (this.#linesNotUnderstood > maxShownLines) return;
    this.#faults.push({ kind: 'line-not-understood', line: this.#shown(line.slice(0, maxShownCharacters)) });
  }

  #shown(bytes: string): string {
    const text = this.#options.codec.decode(bytes);
    return text === undefined ? escapeBytes(bytes) : escapeControls(text);
  }
}
