import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { journalOf } from './queue-stack.ts';

/** A line that the fixture's function wrote. */
export interface JournalLine {
  /** The names of a batch's messages, when its invocation began and ended. */
  readonly began?: readonly string[];
  readonly ended?: readonly string[];
  readonly pid?: number;
  readonly tries?: number;
  /** The name of a message that went well. */
  readonly taken?: string;
  readonly event?: { readonly Records: readonly Readonly<Record<string, unknown>>[] };
}

/** Everything the fixture's function has written so far. */
export function readJournal(folder: string): readonly JournalLine[] {
  const file = journalOf(folder);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The lines, as soon as they are enough; ends with the test's own timeout where they never are. */
export async function journalWhen(
  folder: string,
  isEnough: (lines: readonly JournalLine[]) => boolean,
): Promise<readonly JournalLine[]> {
  for (;;) {
    const lines = readJournal(folder);
    if (isEnough(lines)) return lines;
    await sleep(20);
  }
}

/** The names of the messages that went well, in the order in which they did. */
export function takenIn(lines: readonly JournalLine[]): readonly string[] {
  return lines.flatMap(({ taken }) => (taken === undefined ? [] : [taken]));
}
