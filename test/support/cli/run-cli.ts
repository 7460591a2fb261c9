import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { checkDocument } from './check-document.ts';

/** A command that has ended. */
export interface CommandEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** The first line on stdout; rejects when the command ends without one. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<CommandEnd>;
}

const command = fileURLToPath(new URL('../../../cli/start.mjs', import.meta.url));

/**
 * Starts `ftps-sync` as a user does: in its own process, with an environment that contains only the path and
 * Node's compile cache.
 * @param home its working directory, home and temporary folder. Default: those of this process.
 */
export function startCli(args: readonly string[], home?: string): RunningCommand {
  const places = home === undefined ? { HOME: process.env.HOME } : { HOME: home, TMPDIR: home };
  const child = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: home,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...places },
  });
  const output = { stdout: '', stderr: '' };
  const firstLine = Promise.withResolvers<string>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
    const [line, rest] = output.stdout.split('\n', 2);
    if (line !== undefined && rest !== undefined) firstLine.resolve(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = once(child, 'close').then(() => {
    firstLine.reject(new Error(`The command wrote nothing to stdout. On stderr: ${output.stderr}`));
    checkDocument(args, output.stdout);
    return { exitCode: child.exitCode, ...output };
  });
  // A caller that does not await the line must not get an unhandled rejection.
  firstLine.promise.catch(() => undefined);
  return { child, firstLine: firstLine.promise, ended };
}
