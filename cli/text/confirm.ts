import { createInterface } from 'node:readline/promises';
import { CommandError, exitCodes } from '../exit-code.ts';

/**
 * Shows what is about to happen, and returns once the operator has typed the word, or at once when --yes was
 * given.
 * @throws CommandError (usage) for any other answer, and when there is no terminal to ask at.
 */
export async function confirm(
  what: string,
  { word, isConfirmed }: { readonly word: string; readonly isConfirmed: boolean },
): Promise<void> {
  process.stderr.write(`${what}\n`);
  if (isConfirmed) return;
  if (!process.stdin.isTTY) {
    throw new CommandError(
      exitCodes.usage,
      'No terminal to ask for confirmation; nothing changed. Add --yes.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await terminal.question(`Type ${word} to confirm: `).finally(() => terminal.close());
  if (typed.trim() !== word) {
    throw new CommandError(exitCodes.usage, 'Confirmation did not match; nothing changed.');
  }
}
