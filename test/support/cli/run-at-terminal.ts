import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../cli/start.mjs', import.meta.url));
const script = ['/usr/bin/script', '/bin/script'].find(existsSync);

/** Why a test that needs a terminal is skipped; undefined when script(1) is installed. */
export const noTerminal =
  script === undefined
    ? 'there is no script(1) of util-linux, which gives a program a terminal: install bsdutils'
    : undefined;

/** A command that has ended, with everything its terminal showed. */
export interface TerminalEnd {
  readonly exitCode: number | null;
  readonly screen: string;
}

/**
 * Runs `ftps-sync` at a terminal and types each answer when its question appears.
 * @param args shell words that need no quoting.
 */
export async function runAtTerminal(
  args: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
  environment: Readonly<Record<string, string>> = {},
): Promise<TerminalEnd> {
  const command = [process.execPath, program, ...args].join(' ');
  const child = spawn(script ?? '', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'dumb', ...environment },
  });
  let screen = '';
  const waiting = [...answers];
  child.stdout.setEncoding('utf8').on('data', (shown: string) => {
    screen += shown;
    const [question, answer] = waiting[0] ?? [];
    if (question === undefined || !screen.includes(question)) return;
    waiting.shift();
    child.stdin.write(answer);
  });
  await text(child.stderr);
  const exitCode = child.exitCode ?? (await new Promise<number | null>((end) => child.once('exit', end)));
  return { exitCode, screen };
}
