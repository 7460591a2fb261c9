import { createInterface } from 'node:readline/promises';
import { CommandFault, exitCodes } from './exit-code.ts';

/**
 * Says what is about to be done, and goes on where the operator types the word, or has said --yes before.
 * @throws CommandFault where it is not confirmed, and where nobody can be asked.
 */
export async function confirm(
  what: string,
  { word, isSaid }: { readonly word: string; readonly isSaid: boolean },
): Promise<void> {
  process.stderr.write(`${what}\n`);
  if (isSaid) return;
  if (!process.stdin.isTTY) {
    throw new CommandFault(exitCodes.usage, 'Nothing was done: there is no terminal to ask at. Say --yes.');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await terminal.question(`Type ${word} to go on: `).finally(() => terminal.close());
  if (typed.trim() !== word)
    throw new CommandFault(exitCodes.usage, 'Nothing was done: that was another name.');
}
