import type { ModifiedTime } from '../../../core/listing/remote-file.ts';
import type { DateOrder } from '../../session/learned-behaviour.ts';

/**
 * One parsed line of a listing. Names are still bytes, one character per byte: the connection's encoding
 * decides what they mean.
 */
export type ListedEntry = FileEntry | OtherEntry | IgnoredEntry;

export interface FileEntry {
  readonly kind: 'file';
  readonly name: string;
  /** In bytes; undefined where the line has none, or one that is rounded (`33.5k`, blocks, records). */
  readonly sizeBytes: number | undefined;
  readonly modified: ModifiedTime | undefined;
  /** The fact `unique` of MLSD (RFC 3659, 7.5.2), and the identifier of EPLF. */
  readonly unique: string | undefined;
}

export interface OtherEntry {
  readonly kind: 'directory' | 'link' | 'special';
  readonly name: string;
}

/** The entries for the directory itself and its parent. */
export interface IgnoredEntry {
  readonly kind: 'ignored';
}

export const ignoredEntry: IgnoredEntry = { kind: 'ignored' };

/** A date that depends on the order of its numbers: the orders in which it is in the calendar. */
export type OrderedDates = Readonly<Partial<Record<DateOrder, ModifiedTime>>>;

/**
 * How a line reads by itself. What it leaves open, the other lines of its directory settle
 * ({@link Agreement}).
 */
export interface LineReading {
  readonly format: FormatName;
  /**
   * The entry with the name as it stands, after one separator. Its time is undefined where `dates` has
   * several.
   */
  readonly entry: ListedEntry;
  /** Where the order of a date's numbers is not certain. One order alone is evidence for other lines. */
  readonly dates?: OrderedDates;
  /** The blanks between the last column and the name: may be padding. */
  readonly blanks?: Blanks;
  /** Two readings of the end of a date: with this entry, what follows it is not part of the name. */
  readonly tail?: Tail;
  /** Little of the line is typical of its format: it counts where another line has that format. */
  readonly isWeak?: boolean;
}

export interface Blanks {
  /**
   * `exact`: one blank is usual, and more may belong to the name. `year-left`: a year of four digits in the
   * five columns of a time. `date-only`: a date where other lines may have a time. `tag`: after `<DIR>`.
   */
  readonly shape: 'exact' | 'year-left' | 'date-only' | 'tag';
  readonly count: number;
  /** Of `tag`: where the column after the tag begins in the line. */
  readonly start?: number;
}

export interface Tail {
  /** The kind of date: whether all of them have such an end is what settles it. */
  readonly after: 'seconds' | 'year';
  /** Undefined where the line has no such end, which is evidence as well. */
  readonly entry: ListedEntry | undefined;
}

export type FormatName =
  | 'mlsd'
  | 'mlsd-bare'
  | 'unix'
  | 'dos'
  | 'os2'
  | 'ibm-i'
  | 'zos'
  | 'zos-member'
  | 'vms'
  | 'nonstop'
  | 'eplf'
  | 'vshell'
  | 'other';

/** What a parser may use besides the line. */
export interface LineContext {
  /** The present, for dates without a year. */
  readonly now: Date;
  /** Text of the connection's encoding; undefined for bytes that are none. */
  readonly decode: (bytes: string) => string | undefined;
}

/** No name with its facts is longer: a longer line is not an entry. */
export const maxLineBytes = 8192;

/** Undefined for a line of another format. */
export type LineParser = (line: string, context: LineContext) => LineReading | undefined;

/** A name of a directory that names the directory itself, or its parent. */
export function isDotName(name: string): boolean {
  return name === '.' || name === '..';
}

/** The same entry with another name. */
export function renamed(entry: ListedEntry, name: string): ListedEntry {
  if (entry.kind === 'ignored') return entry;
  if (entry.kind === 'directory' && isDotName(name)) return ignoredEntry;
  return { ...entry, name };
}
