import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const lockSchema = z.object({
  pid: z.number().int().positive(),
  /** Distinguishes this program from a later one with the same pid; null when the system does not say. */
  startId: z.string().nullable(),
  command: z.string(),
  /** Of the stack; null while it starts. */
  endpoint: z.string().nullable(),
  started: z.iso.datetime(),
  /** What the stack was made from (stack-inputs.ts). */
  inputs: z.string().optional(),
});
type LockText = z.infer<typeof lockSchema>;

/** The program that uses a data folder. */
export interface Lock {
  readonly pid: number;
  readonly command: string;
  /** Of its stack; undefined while it starts. */
  readonly endpoint: string | undefined;
  readonly started: Date;
  /** What the stack was made from; undefined where nobody asks, and while it starts. */
  readonly inputs: string | undefined;
}

/** Another command uses the data folder. The message names it. */
export class DataFolderBusyError extends Error {
  override readonly name = 'DataFolderBusyError';
  readonly lock: Lock;

  constructor(folder: string, lock: Lock) {
    super(
      `The data folder ${folder} is in use by '${lock.command}' (pid ${lock.pid}, since ${lock.started.toISOString()}). ` +
        'Wait until it ends, or choose another folder with --data.',
    );
    this.lock = lock;
  }
}

export interface HeldLock {
  /** Writes the endpoint of the stack, and what it was made from, into the lock, for other commands. */
  publishEndpoint(endpoint: string, inputs?: string): void;
  release(): void;
}

/**
 * Takes the folder for this program. The lock of a program that has ended is removed.
 * @throws DataFolderBusyError while another program holds it.
 */
export function takeLock(folder: string, command: string): HeldLock {
  const path = lockPath(folder);
  const own: LockText = {
    pid: process.pid,
    startId: readStartId(process.pid),
    command,
    endpoint: null,
    started: new Date().toISOString(),
  };
  for (;;) {
    if (placeNew(path, own)) break;
    const other = readLock(folder);
    if (other !== undefined) throw new DataFolderBusyError(folder, other);
    removeStale(path);
  }
  let isHeld = true;
  return {
    publishEndpoint: (endpoint, inputs) => replace(path, { ...own, endpoint, inputs }),
    release: () => {
      // A second release would remove the lock of the next holder.
      if (isHeld) rmSync(path, { force: true });
      isHeld = false;
    },
  };
}

/** The program that uses the folder now; undefined when none does. */
export function readLock(folder: string): Lock | undefined {
  const text = readText(lockPath(folder));
  if (text === undefined || !isAlive(text)) return undefined;
  const { pid, command, endpoint, started, inputs } = text;
  return { pid, command, endpoint: endpoint ?? undefined, started: new Date(started), inputs };
}

function lockPath(folder: string): string {
  return join(folder, 'lock.json');
}

/** A link appears with its whole content, so that no program reads a partial lock. */
function placeNew(path: string, text: LockText): boolean {
  const draft = writeDraft(path, text);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function replace(path: string, text: LockText): void {
  renameSync(writeDraft(path, text), path);
}

function writeDraft(path: string, text: LockText): string {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify(text)}\n`, { mode: 0o600 });
  return draft;
}

/**
 * Removes the lock of a program that has ended. Of several programs that try this, only one moves the lock
 * away; if it moved a lock that another program has just placed, it puts that one back.
 */
function removeStale(path: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    // Another program was faster; the caller reads the lock again.
    return;
  }
  const moved = readText(aside);
  if (moved !== undefined && isAlive(moved)) placeNew(path, moved);
  rmSync(aside, { recursive: true, force: true });
}

function readText(path: string): LockText | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Missing, or not a lock of this program: a link never shows a partial file.
    return undefined;
  }
}

function isAlive({ pid, startId }: LockText): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs under another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startId === null || startId === readStartId(pid);
}

/**
 * On Linux, the boot id and the clock tick at which the process started (proc(5), field 22): pids are reused.
 */
function readStartId(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1) ?? '';
    return `${boot} ${afterName.trim().split(' ')[19]}`;
  } catch {
    return null;
  }
}
