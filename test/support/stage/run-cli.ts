import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A command that has ended. */
export interface CommandEnd {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, to be watched or killed. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** The first line on stdout; rejects where the command ends without one. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<CommandEnd>;
}

const command = fileURLToPath(new URL('../../../cli/ftps-sync.ts', import.meta.url));

/**
 * Starts `ftps-sync` as a person does: in a process of its own, with nothing of ours in its environment but the path and what Node
 * has compiled before.
 * @param home where it works, has its home, and puts temporary files: this program's own places unless told.
 */
export function startCli(args: readonly string[], home?: string): RunningCommand {
  const places = home === undefined ? { HOME: process.env.HOME } : { HOME: home, TMPDIR: home };
  const child = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: home,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...places },
  });
  const said = { stdout: '', stderr: '' };
  const firstLine = Promise.withResolvers<string>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
    const [line, rest] = said.stdout.split('\n', 2);
    if (line !== undefined && rest !== undefined) firstLine.resolve(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const ended = once(child, 'close').then(() => {
    firstLine.reject(new Error(`The command said nothing. On stderr: ${said.stderr}`));
    return { exitCode: child.exitCode, ...said };
  });
  // Whoever does not wait for the line does not care that there was none.
  firstLine.promise.catch(() => undefined);
  return { child, firstLine: firstLine.promise, ended };
}
