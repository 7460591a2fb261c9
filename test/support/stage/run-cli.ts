import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
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
  readonly ended: Promise<CommandEnd>;
}

const command = fileURLToPath(new URL('../../../cli/ftps-sync.ts', import.meta.url));

/** Starts `ftps-sync` as a person does: in a process of its own, with nothing of ours in its environment but the path. */
export function startCli(args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr]) => ({ exitCode: child.exitCode, stdout, stderr }),
  );
  return { child, ended };
}

/** Runs `ftps-sync` to its end. */
export function runCli(args: readonly string[]): Promise<CommandEnd> {
  return startCli(args).ended;
}
