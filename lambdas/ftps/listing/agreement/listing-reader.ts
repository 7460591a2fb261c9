import type { DateOrder, ListingCommand } from '../../session/learned-behaviour.ts';
import {
  type LineContext,
  type LineReading,
  type ListedEntry,
  maxLineBytes,
} from '../formats/listed-entry.ts';
import { parseListingLine } from '../formats/listing-formats.ts';
import { isVmsName } from '../formats/vms.ts';
import { Agreement, type Decision, type NameQuestion, type TimeQuestion } from './agreement.ts';
import { isPathHead, parseOtherLine } from './other-lines.ts';

/** Where the lines of a directory go, once they are decided. */
export interface ReadLines {
  /** Called for each line that is not blank, when it arrives. */
  countLine(): void;
  /** `entry` is undefined where the line is not understood. */
  add(line: string, entry: ListedEntry | undefined): void;
}

export interface ReaderOptions extends LineContext {
  readonly command: ListingCommand;
  /** The path that is listed, as bytes. */
  readonly directory: string;
  /** The order of dates that this server is known to write. */
  readonly dateOrder: DateOrder | undefined;
  readonly to: ReadLines;
}

/** A line that only the server can decide. */
export interface OpenLine {
  readonly line: string;
  readonly question: Extract<Decision, { kind: 'ask-name' | 'ask-time' }>;
}

/**
 * How many undecided lines are held. After so many, they and all that follow are decided by what they agree
 * on, so that memory stays bounded however long the listing is.
 */
export const maxHeldLines = 1000;

/** How many lines the server is asked about. Further ones are reported. */
export const maxOpenLines = 500;

/**
 * Reads the lines of one listing. Lines with one reading are passed on at once, in the server's order; lines
 * with two are held until others settle which one is right.
 */
export class ListingReader {
  readonly #options: ReaderOptions;
  readonly #agreement: Agreement;
  readonly #open: OpenLine[] = [];
  #held: { readonly line: string; readonly reading: LineReading }[] = [];
  #entries = 0;
  #isSettled = false;
  /** The last line that was understood, while the next one may show that its name had a line break. */
  #last: { readonly line: string; readonly reading: LineReading } | undefined;
  /** A name of VMS, whose other columns are on the next line. */
  #vmsName: string | undefined;
  /** Lines before the first entry that are a total if one follows. */
  #perhapsTotals: string[] = [];
  #hasLines = false;
  /** Whether the first line has a CR that is not of its line end. */
  #endsInCr: boolean | undefined;
  #hasEntries = false;
  #isAfterBlank = false;
  #heads = 0;
  /** From a second head on, `ls -R` lists other directories. */
  #isElsewhere = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#agreement = new Agreement(options.dateOrder, options.directory);
  }

  /** How many entries have been read, with those that are held. */
  get entries(): number {
    return this.#entries;
  }

  /** @param received a line without its line end. */
  add(received: string): void {
    const line = this.#withoutMarks(received);
    if (isBlank(line)) {
      this.#passLast();
      this.#isAfterBlank = true;
      return;
    }
    this.#options.to.countLine();
    const wasAfterBlank = this.#isAfterBlank;
    this.#isAfterBlank = false;
    if (this.#hasEntries && wasAfterBlank && isPathHead(line, this.#options.directory))
      this.#isElsewhere = true;
    if (line.length > maxLineBytes || this.#isElsewhere) {
      this.#addUnknown(line);
      return;
    }
    const reading = this.#parse(line);
    if (reading === undefined || this.#agreement.isOutOfPlace(reading)) this.#addOther(line);
    else this.#addReading(line, reading);
  }

  /**
   * Decides everything that is left. Call it once, after the last line.
   * @returns the lines that only the server can decide.
   */
  finish(): readonly OpenLine[] {
    if (this.#vmsName !== undefined) this.#report(this.#vmsName);
    this.#vmsName = undefined;
    this.#passLast();
    for (const line of this.#perhapsTotals) this.#report(line);
    this.#settle();
    return this.#open;
  }

  /** Some servers end their lines with CR CR LF, or begin a listing with the mark of UTF-8. */
  #withoutMarks(received: string): string {
    this.#endsInCr ??= received.endsWith('\r');
    const isFirst = !this.#hasLines;
    this.#hasLines = true;
    const line = isFirst && received.startsWith('\xef\xbb\xbf') ? received.slice(3) : received;
    return this.#endsInCr && line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  #parse(line: string): LineReading | undefined {
    const { command } = this.#options;
    if (this.#vmsName !== undefined) {
      const joined = parseListingLine(command, `${this.#vmsName} ${line.trim()}`, this.#options);
      if (joined === undefined) this.#report(this.#vmsName);
      this.#vmsName = undefined;
      if (joined !== undefined) return joined;
    }
    return parseListingLine(command, line, this.#options);
  }

  #addReading(line: string, reading: LineReading): void {
    this.#passLast();
    this.#agreement.add(line, reading);
    if (reading.entry.kind !== 'ignored') this.#entries++;
    if (reading.isWeak !== true) {
      this.#hasEntries = true;
      this.#perhapsTotals = [];
    }
    if (reading.entry.kind === 'file') this.#last = { line, reading };
    else this.#passOrHold(line, reading);
  }

  #passLast(): void {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined) this.#passOrHold(last.line, last.reading);
  }

  #passOrHold(line: string, reading: LineReading): void {
    if (!this.#isSettled && this.#agreement.isOpen(reading)) {
      this.#held.push({ line, reading });
      if (this.#held.length >= maxHeldLines) this.#settle();
    } else this.#passDecided(line, reading);
  }

  #settle(): void {
    this.#isSettled = true;
    const held = this.#held;
    this.#held = [];
    for (const { line, reading } of held) this.#passDecided(line, reading);
  }

  #passDecided(line: string, reading: LineReading): void {
    const open = this.#pass(line, this.#agreement.decide(reading));
    if (open === undefined) return;
    if (this.#open.length < maxOpenLines) this.#open.push(open);
    else if (open.question.kind === 'ask-name') this.#report(line);
    else this.#passUndated(line, open.question);
  }

  /** @returns the line again, if the server has to be asked. */
  #pass(line: string, decision: Decision): OpenLine | undefined {
    switch (decision.kind) {
      case 'entry':
        this.#options.to.add(line, decision.entry);
        return undefined;
      case 'not-understood':
        this.#report(line);
        return undefined;
      default:
        return { line, question: decision };
    }
  }

  /** Too many lines to ask about: the date stays unknown. */
  #passUndated(line: string, question: TimeQuestion): void {
    const decision = question.decideBy(undefined);
    this.#options.to.add(line, decision.kind === 'entry' ? decision.entry : undefined);
  }

  #report(line: string): void {
    this.#options.to.add(line, undefined);
  }

  /** A line that no format understands: no entry at all, or what is reported. */
  #addOther(line: string): void {
    const isList = this.#options.command !== 'MLSD';
    if (isList && isVmsName(line)) {
      this.#passLast();
      this.#vmsName = line;
      return;
    }
    const other = isList ? parseOtherLine(line, this.#options.directory) : undefined;
    if (other?.kind === 'total') return;
    if (other?.kind === 'head' && other.format === 'vms' && this.#hasEntries) this.#isElsewhere = true;
    if (other?.kind === 'head' && !this.#hasEntries) {
      if (other.format !== undefined) this.#agreement.addHead(other.format);
      else if (isPathHead(line, this.#options.directory)) this.#isElsewhere = ++this.#heads > 1;
      if (!this.#isElsewhere) return;
    }
    if (other?.kind === 'perhaps-total' && !this.#hasEntries && this.#perhapsTotals.length === 0) {
      this.#perhapsTotals.push(line);
      return;
    }
    this.#addUnknown(line);
  }

  /**
   * A file name may have a line break: then what follows it is a line of its own, and the name that stands
   * before is not the whole.
   */
  #addUnknown(line: string): void {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined && mayContinueName(last.reading, line)) this.#askForName(last);
    else if (last !== undefined) this.#passOrHold(last.line, last.reading);
    this.#report(line);
  }

  #askForName({ line, reading }: { readonly line: string; readonly reading: LineReading }): void {
    const { entry } = reading;
    const names: NameQuestion = { entries: [entry, entry], otherwise: 'report' };
    if (this.#agreement.isOpen(reading) || this.#open.length >= maxOpenLines) this.#passOrHold(line, reading);
    else this.#open.push({ line, question: { kind: 'ask-name', names } });
  }
}

/**
 * Whether a line that is not understood may be the rest of the name before it: not where it begins like the
 * lines of `ls -l`, and not where a program complains (`ls: cannot open ...`).
 */
function mayContinueName({ format }: LineReading, line: string): boolean {
  return (
    format === 'unix' && line.length <= maxNameBytes && !/^(?:[-\w][-rwxsStTlL]{5}|[\w.-]+: )/.test(line)
  );
}

/** On common file systems. */
const maxNameBytes = 255;

function isBlank(line: string): boolean {
  return /^[ \t\r]*$/.test(line);
}
