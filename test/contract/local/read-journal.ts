import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { journalFile } from './queue-stack.ts';

/** A line that the fixture's function wrote. */
export interface JournalLine {
  /** The names of the messages of a batch, at the start and the end of its invocation. */
  readonly began?: readonly string[];
  readonly ended?: readonly string[];
  readonly pid?: number;
  readonly tries?: number;
  /** The name of a message that succeeded. */
  readonly succeeded?: string;
  readonly event?: { readonly Records: readonly Readonly<Record<string, unknown>>[] };
}

/** All lines that the fixture's function has written so far. */
export function readJournal(folder: string): readonly JournalLine[] {
  const file = journalFile(folder);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Reads the journal until it has enough lines; the timeout of the test ends it otherwise. */
export async function readJournalUntil(
  folder: string,
  isEnough: (lines: readonly JournalLine[]) => boolean,
): Promise<readonly JournalLine[]> {
  for (;;) {
    const lines = readJournal(folder);
    if (isEnough(lines)) return lines;
    await sleep(20);
  }
}

/** The names of the messages that succeeded, in this order. */
export function listSucceeded(lines: readonly JournalLine[]): readonly string[] {
  return lines.flatMap(({ succeeded }) => (succeeded === undefined ? [] : [succeeded]));
}
