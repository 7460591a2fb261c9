import type { ListingError, ListingLine, ListingVerdict } from '../../core/listing/listing.ts';
import { EntriesDigest } from '../../core/listing/listing-proof.ts';
import { childPath, nameError, type RemotePath } from '../../core/path/remote-path.ts';
import { escapeBytes, escapeControls } from '../control/reply.ts';
import type { NameCodec } from '../session/name-codec.ts';
import type { OpenLine } from './agreement/listing-reader.ts';
import type { FileEntry, ListedEntry, OtherEntry } from './formats/listed-entry.ts';

/** More lines that were not understood add nothing new: only their number is reported. */
const maxReportedLines = 20;
const maxReportedCharacters = 200;

export interface CollectorOptions {
  readonly directory: RemotePath;
  readonly codec: NameCodec;
  /** Further ones are dropped, with a `too-many-entries` error. */
  readonly maxSubdirectories: number;
}

/**
 * Turns the entries that a server sends for one directory into listing lines. Holds the subdirectories, and
 * the lines that were not taken yet.
 */
export class ListingCollector {
  readonly #options: CollectorOptions;
  readonly #subdirectories = new Set<RemotePath>();
  readonly #errors: ListingError[] = [];
  readonly #digest = new EntriesDigest();
  readonly #open: OpenLine[] = [];
  #waiting: ListingLine[] = [];
  #linesNotUnderstood = 0;
  #lines = 0;
  #entries = 0;
  #tooManySubdirectories = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** All lines received but empty ones: also those not understood, and those for the directory itself. */
  get lines(): number {
    return this.#lines;
  }

  /** Counts a line when it arrives: it may be decided later. */
  countLine(): void {
    this.#lines++;
  }

  get entries(): number {
    return this.#entries;
  }

  get digest(): string {
    return this.#digest.value;
  }

  /** How many lines {@link take} would return. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The lines since the last call, in the server's order. */
  take(): readonly ListingLine[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** `entry` is the parsed line; undefined where no format understands it. */
  add(line: string, entry: ListedEntry | undefined): void {
    if (entry === undefined) {
      this.#addNotUnderstood(line);
      return;
    }
    if (entry.kind === 'ignored') return;
    this.#count(`${entry.kind} ${entry.name}`);
    this.#place(entry);
  }

  /**
   * Keeps lines that only the server can decide. They count as what they may be, so that two listings with
   * the same lines are the same.
   */
  addOpen(lines: readonly OpenLine[]): void {
    for (const { question } of lines) {
      const entry = question.kind === 'ask-time' ? question.entry : question.names.entries[0];
      this.#count(`open ${entry.kind === 'ignored' ? '' : entry.name}`);
    }
    this.#open.push(...lines);
  }

  /** Takes the lines that {@link addOpen} has kept. */
  takeOpen(): readonly OpenLine[] {
    return this.#open.splice(0);
  }

  /** What an open line turned out to be; undefined where no one can tell. */
  addDecided(line: string, entry: ListedEntry | undefined): void {
    if (entry === undefined) this.#addNotUnderstood(line);
    else if (entry.kind !== 'ignored') this.#place(entry);
  }

  #count(entry: string): void {
    this.#entries++;
    this.#digest.add(entry);
  }

  #place(entry: FileEntry | OtherEntry): void {
    const { directory } = this.#options;
    switch (entry.kind) {
      case 'link':
      case 'special':
        this.#waiting.push({
          kind: 'skipped',
          directory,
          entry: { name: this.#toShown(entry.name), kind: entry.kind },
        });
        return;
      case 'file':
      case 'directory':
        this.#addNamed(entry);
        return;
    }
    entry satisfies never;
  }

  addError(error: ListingError): void {
    this.#errors.push(error);
  }

  verdict(): ListingVerdict {
    const unreported = this.#linesNotUnderstood - maxReportedLines;
    const errors = [...this.#errors];
    if (unreported > 0) errors.push({ kind: 'line-not-understood', line: `and ${unreported} more lines` });
    const { directory, maxSubdirectories: limit } = this.#options;
    if (this.#tooManySubdirectories) errors.push({ kind: 'too-many-entries', limit });
    return { directory, subdirectories: [...this.#subdirectories], errors };
  }

  #addNamed(entry: FileEntry | OtherEntry): void {
    const { directory, codec } = this.#options;
    const name = codec.decode(entry.name);
    const error = name === undefined ? 'invalid-encoding' : nameError(name);
    if (name === undefined || error !== undefined) {
      const refused = { shownName: this.#toShown(entry.name), error: error ?? 'invalid-encoding' };
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

  #addNotUnderstood(line: string): void {
    this.#linesNotUnderstood++;
    if (this.#linesNotUnderstood > maxReportedLines) return;
    this.#errors.push({
      kind: 'line-not-understood',
      line: this.#toShown(line.slice(0, maxReportedCharacters)),
    });
  }

  #toShown(bytes: string): string {
    const text = this.#options.codec.decode(bytes);
    return text === undefined ? escapeBytes(bytes) : escapeControls(text);
  }
}
