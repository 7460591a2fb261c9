import type { DateOrder } from '../../session/learned-behaviour.ts';
import {
  type Blanks,
  type FileEntry,
  type FormatName,
  type LineReading,
  type ListedEntry,
  type OrderedDates,
  type OtherEntry,
  renamed,
} from '../formats/listed-entry.ts';

/** What a reading turns out to be, with everything that the lines of its directory show. */
export type Decision =
  | { readonly kind: 'entry'; readonly entry: ListedEntry }
  /** Not an entry of this directory's format: it is reported. */
  | { readonly kind: 'not-understood' }
  /** The order of its date is open: the server may be asked for the time. */
  | TimeQuestion
  /** It has one of these names: the server may be asked which one exists. */
  | { readonly kind: 'ask-name'; readonly names: NameQuestion };

export interface TimeQuestion {
  readonly kind: 'ask-time';
  readonly entry: FileEntry;
  readonly dates: OrderedDates;
  /** Decides the line with the order that the server has told; without one, its time is unknown. */
  readonly decideBy: (order: DateOrder | undefined) => Decision;
}

export interface NameQuestion {
  /** The name as it stands, then with what may be padding or a part of the date left out. */
  readonly entries: readonly [ListedEntry, ListedEntry];
  /** Where the server does not tell: take the name as it stands, or report the line. */
  readonly otherwise: 'as-it-stands' | 'report';
}

/** What the readings of one kind have in common, in numbers. */
interface BlankCounts {
  lines: number;
  /** With exactly one blank, so that it is not padding. */
  single: number;
  least: number;
  /** `.` or `..` with more than one blank: no name begins with a blank there. */
  isProven: boolean;
}

/**
 * Decides lines that have two readings by what the lines of their directory agree on. Every reading is added
 * first; what is decided before the last line is decided by those that came until then.
 */
export class Agreement {
  readonly #order: DateOrder | undefined;
  readonly #directory: string;
  readonly #orders: Record<DateOrder, number> = { mdy: 0, dmy: 0, ymd: 0 };
  readonly #formats = new Map<FormatName, { strong: number; weak: number }>();
  readonly #blanks = new Map<string, BlankCounts>();
  readonly #tails = { seconds: { with: 0, without: 0 }, year: { with: 0, without: 0 } };
  /** How many names have blanks behind them, and how many have none. */
  readonly #ends = { padded: 0, plain: 0 };
  /** The directories of names that are whole paths; two show that they do not agree. */
  readonly #parents = new Set<string>();
  /** Where the names of a DOS listing begin, by its files. */
  #nameColumn: number | undefined;

  /**
   * @param order what the server is known to write; undefined: not known.
   * @param directory as bytes: the one that is listed.
   */
  constructor(order: DateOrder | undefined, directory: string) {
    this.#order = order;
    this.#directory = directory;
  }

  /** The order that certain dates show; undefined where they show none, or contradict each other. */
  get dateOrder(): DateOrder | undefined {
    if (this.#order !== undefined) return this.#order;
    const shown = (['mdy', 'dmy', 'ymd'] as const).filter((order) => this.#orders[order] > 0);
    return shown.length === 1 ? shown[0] : undefined;
  }

  /** A head that only this format has. */
  addHead(format: FormatName): void {
    this.#count(format).strong++;
  }

  add(line: string, reading: LineReading): void {
    const { format, dates, blanks, tail, entry, isWeak } = reading;
    const count = this.#count(format);
    if (isWeak === true) count.weak++;
    else count.strong++;
    const [order, ...others] = orders(reading);
    if (dates !== undefined && order !== undefined && others.length === 0) this.#orders[order]++;
    if (tail !== undefined) this.#tails[tail.after][tail.entry === undefined ? 'without' : 'with']++;
    if (blanks !== undefined) this.#addBlanks(reading, blanks);
    if (hasName(entry)) this.#ends[isPaddedBehind(entry) ? 'padded' : 'plain']++;
    if (isPath(reading) && hasName(entry) && this.#parents.size < 2) this.#parents.add(parentOf(entry.name));
    if (format === 'dos' && entry.kind === 'file') {
      const column = line.length - entry.name.length;
      this.#nameColumn = Math.min(this.#nameColumn ?? column, column);
    }
  }

  /** A member's bare name, which could be any word, before the first line that only members have. */
  isOutOfPlace(reading: LineReading): boolean {
    return reading.format === 'zos-member' && reading.isWeak === true && !this.#hasCompany(reading);
  }

  /** Whether later lines can change what this one is. */
  isOpen(reading: LineReading): boolean {
    const { blanks, tail, isWeak, format, entry } = reading;
    if (isWeak === true && (format === 'dos' ? this.#order === undefined : !this.#hasCompany(reading)))
      return true;
    if (isPath(reading) || tail?.entry !== undefined) return true;
    if (entry.kind === 'file' && orders(reading).length > 1 && this.#order === undefined) return true;
    if (isPaddedBehind(entry) && this.#ends.plain === 0) return true;
    if (blanks === undefined || blanks.count < 2) return blanks?.shape === 'date-only';
    return !(blanks.shape === 'exact' && this.#blanksOf(reading, blanks).single > 0);
  }

  decide(reading: LineReading): Decision {
    if (reading.isWeak === true && !this.#hasCompany(reading)) return { kind: 'not-understood' };
    const { entry, dates } = reading;
    if (entry.kind !== 'file' || dates === undefined || orders(reading).length < 2)
      return this.#decideName(reading);
    // Where it is not in the calendar in this order, the date is unknown.
    const decideBy = (order: DateOrder | undefined) =>
      this.#decideName({ ...reading, entry: { ...entry, modified: order && dates[order] } });
    return this.dateOrder === undefined
      ? { kind: 'ask-time', entry, dates, decideBy }
      : decideBy(this.dateOrder);
  }

  #decideName(reading: LineReading): Decision {
    const { entry, tail, blanks } = reading;
    if (isPath(reading)) return { kind: 'entry', entry: this.#withoutDirectory(entry) };
    if (tail?.entry !== undefined) return this.#decideTail(reading, tail.entry, tail.after);
    const decision: Decision =
      blanks === undefined ? { kind: 'entry', entry } : this.#decideBlanks(reading, blanks);
    return decision.kind === 'entry' ? this.#decideEnd(decision.entry) : decision;
  }

  /** Blanks behind a name pad it where all names have them. */
  #decideEnd(entry: ListedEntry): Decision {
    const { padded, plain } = this.#ends;
    if (plain > 0 || !isPaddedBehind(entry)) return { kind: 'entry', entry };
    return askName(entry, renamed(entry, entry.name.trimEnd()), padded > 1 ? 'report' : 'as-it-stands');
  }

  #count(format: FormatName): { strong: number; weak: number } {
    const count = this.#formats.get(format) ?? { strong: 0, weak: 0 };
    this.#formats.set(format, count);
    return count;
  }

  /**
   * A line of OS/2 needs any other one; the other formats need one that is typical of them. `20-11-26` is a
   * date of `dir` where two lines are, and none has the month first.
   */
  #hasCompany({ format }: LineReading): boolean {
    const { strong, weak } = this.#count(format);
    if (format === 'dos') return this.dateOrder === 'dmy' && (this.#order === 'dmy' || strong + weak > 1);
    return strong > 0 || (format === 'os2' && weak > 1);
  }

  #decideTail({ entry }: LineReading, longer: ListedEntry, after: 'seconds' | 'year'): Decision {
    const counts = this.#tails[after];
    if (counts.without > 0) return { kind: 'entry', entry };
    if (counts.with > 1) return { kind: 'entry', entry: longer };
    return askName(entry, longer, 'report');
  }

  /**
   * SimpleFTPServer and IBM i list whole paths, perhaps of a root that this user does not see. All must be of
   * one directory, and not of one below: then the server has listed a tree, and the name is refused.
   */
  #withoutDirectory(entry: ListedEntry): ListedEntry {
    if (!hasName(entry)) return entry;
    const parent = parentOf(entry.name);
    const isBelow = this.#directory !== '/' && parent.startsWith(`${this.#directory}/`);
    return this.#parents.size > 1 || isBelow ? entry : renamed(entry, entry.name.slice(parent.length + 1));
  }

  #addBlanks({ format, entry }: LineReading, blanks: Blanks): void {
    const counts = this.#blanksOf({ format }, blanks);
    counts.lines++;
    if (blanks.count === 1) counts.single++;
    counts.least = Math.min(counts.least, blanks.count);
    if (entry.kind === 'ignored' && blanks.count > 1) counts.isProven = true;
  }

  #blanksOf({ format }: Pick<LineReading, 'format'>, { shape }: Blanks): BlankCounts {
    const key = `${format} ${shape}`;
    const counts = this.#blanks.get(key) ?? { lines: 0, single: 0, least: Infinity, isProven: false };
    this.#blanks.set(key, counts);
    return counts;
  }

  #decideBlanks(reading: LineReading, blanks: Blanks): Decision {
    const { entry } = reading;
    if (entry.kind === 'ignored') return { kind: 'entry', entry };
    const counts = this.#blanksOf(reading, blanks);
    const without = (count: number) => renamed(entry, entry.name.slice(count));
    switch (blanks.shape) {
      case 'tag':
        return { kind: 'entry', entry: renamed(entry, this.#taggedName(entry.name, blanks, counts)) };
      case 'date-only':
        // `2001-04-27 name` may be a name that begins with a date, in a listing without dates.
        if (counts.single > 0) return { kind: 'not-understood' };
        return { kind: 'entry', entry: without(counts.least - 1) };
      case 'year-left':
        if (blanks.count === 1) return { kind: 'entry', entry };
        if (counts.single === 0) return { kind: 'entry', entry: without(1) };
        return askName(entry, without(1), 'report');
      case 'exact':
        if (blanks.count === 1 || counts.single > 0) return { kind: 'entry', entry };
        if (counts.isProven) return { kind: 'entry', entry: without(counts.least - 1) };
        return askName(entry, without(counts.least - 1), counts.lines > 1 ? 'report' : 'as-it-stands');
    }
    return blanks.shape satisfies never;
  }

  /** Names of directories stand where those of files do; else after the blanks that all lines have. */
  #taggedName(name: string, { count, start = 0 }: Blanks, { least }: BlankCounts): string {
    const column = (this.#nameColumn ?? 0) - start;
    const padding = column > 0 && column <= count ? column : least;
    return ' '.repeat(Math.max(count - padding, 0)) + name;
  }
}

/** The server is asked for files with SIZE, and for directories with CWD. Others are only counted. */
function askName(entry: ListedEntry, other: ListedEntry, otherwise: NameQuestion['otherwise']): Decision {
  if (!hasName(entry)) return { kind: 'entry', entry };
  return { kind: 'ask-name', names: { entries: [entry, other], otherwise } };
}

function isPaddedBehind(entry: ListedEntry): entry is FileEntry | OtherEntry {
  return hasName(entry) && entry.name.endsWith(' ');
}

/** MLSD has names only (RFC 3659, 7.2). */
function isPath({ format, entry }: LineReading): boolean {
  return hasName(entry) && entry.name.startsWith('/') && !format.startsWith('mlsd');
}

function hasName(entry: ListedEntry): entry is FileEntry | OtherEntry {
  return entry.kind === 'file' || entry.kind === 'directory';
}

/** Of `/in/a.csv` it is `/in`, of `/a.csv` it is empty. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function orders({ dates }: LineReading): readonly DateOrder[] {
  return Object.keys(dates ?? {}) as DateOrder[];
}
