import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import type { Launch } from './server-program.ts';

export interface ContainedProgram {
  readonly pid: number;
  /** Whether it still runs. */
  isRunning(): boolean;
  /** What it has printed so far. */
  output(): Promise<string>;
  /** Kills it with all its child processes, and waits for its end. */
  kill(): Promise<void>;
}

/**
 * The shell is the init process of its namespace: it reaps orphaned session processes, which vsftpd would
 * otherwise count. Arguments: pairs of source and target for bind mounts, `--`, the command.
 */
const containerScript = [
  'set -e',
  'while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done',
  'shift',
  'set +e',
  '"$@"',
  'exit $?',
].join('\n');

/**
 * Starts a server that forks, in its own process namespace. Linux kills all processes of the namespace when
 * its init process dies, and that dies with this Node.js process, even by SIGKILL. Overlays are only visible
 * in the server's mount namespace. Needs root and Linux.
 */
export async function startContained(launch: Launch, outputFile: string): Promise<ContainedProgram> {
  const output = await open(outputFile, 'a');
  let holder: ChildProcess;
  let ended: Promise<void>;
  try {
    holder = spawn('setpriv', [...containment, ...containedCommand(launch)], {
      cwd: '/',
      env: { PATH: process.env.PATH, ...launch.environment },
      stdio: ['ignore', output.fd, output.fd],
      // Not stopped by Ctrl-C at the terminal: its starter decides when it ends.
      detached: true,
    });
    ended = new Promise((resolve) => holder.once('exit', () => resolve()));
    await once(holder, 'spawn');
  } finally {
    await output.close();
  }
  const { pid } = holder;
  if (pid === undefined) throw new Error(`${launch.command[0]} was started but has no process id.`);
  return {
    pid,
    isRunning: () => holder.exitCode === null && holder.signalCode === null,
    output: () => readFile(outputFile, 'utf8'),
    async kill() {
      holder.kill('SIGKILL');
      await ended;
    },
  };
}

const containment = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--'];

function containedCommand(launch: Launch): readonly string[] {
  const overlays = launch.overlays.flatMap(({ source, target }) => [source, target]);
  return ['sh', '-c', containerScript, 'sh', ...overlays, '--', ...launch.command];
}

/** Why this machine cannot contain servers; undefined where it can. */
export async function containmentRefusal(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'real servers need Linux';
  if (process.getuid?.() !== 0) return 'real servers need root, because they change to the user they serve';
  const trial = spawn('setpriv', [...containment, 'true'], { stdio: 'ignore' });
  const status = await new Promise<number | null>((resolve) => {
    trial.once('error', () => resolve(null));
    trial.once('exit', resolve);
  });
  if (status === 0) return undefined;
  return 'real servers need setpriv and unshare (util-linux) and the right to make namespaces (in Docker: --privileged)';
}
