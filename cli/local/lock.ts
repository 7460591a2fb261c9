import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const lockSchema = z.object({
  pid: z.number().int().positive(),
  /** What tells this program from a later one with the same pid; null where the system does not say. */
  birth: z.string().nullable(),
  command: z.string(),
  /** Where the stack answers; null while it is starting. */
  endpoint: z.string().nullable(),
  started: z.iso.datetime(),
});
type LockText = z.infer<typeof lockSchema>;

/** Who is using a data folder. */
export interface Lock {
  readonly pid: number;
  readonly command: string;
  /** Where its stack answers; undefined while it is starting. */
  readonly endpoint: string | undefined;
  readonly started: Date;
}

/** Another command is using the data folder. */
export class DataFolderBusy extends Error {
  override readonly name = 'DataFolderBusy';
  readonly lock: Lock;

  constructor(folder: string, lock: Lock) {
    super(
      `The data folder ${folder} is in use by '${lock.command}' (pid ${lock.pid}, since ${lock.started.toISOString()}). ` +
        'Wait until it has ended, or use another folder with --data.',
    );
    this.lock = lock;
  }
}

export interface HeldLock {
  /** Tells others where the stack answers. */
  announce(endpoint: string): void;
  release(): void;
}

/**
 * Takes the folder for this program. The lock of a program that is gone is cleared away.
 * @throws DataFolderBusy while another program holds it.
 */
export function takeLock(folder: string, command: string): HeldLock {
  const path = lockPath(folder);
  const own: LockText = {
    pid: process.pid,
    birth: birthOf(process.pid),
    command,
    endpoint: null,
    started: new Date().toISOString(),
  };
  for (;;) {
    if (placeNew(path, own)) break;
    const other = readLock(folder);
    if (other !== undefined) throw new DataFolderBusy(folder, other);
    clearStale(path);
  }
  let isHeld = true;
  return {
    announce: (endpoint) => replace(path, { ...own, endpoint }),
    release: () => {
      // A second release would take the folder from whoever has it by then.
      if (isHeld) rmSync(path, { force: true });
      isHeld = false;
    },
  };
}

/** Who is using the folder now; undefined where nobody is, or only a program that is gone. */
export function readLock(folder: string): Lock | undefined {
  const text = readText(lockPath(folder));
  if (text === undefined || !isAlive(text)) return undefined;
  const { pid, command, endpoint, started } = text;
  return { pid, command, endpoint: endpoint ?? undefined, started: new Date(started) };
}

function lockPath(folder: string): string {
  return join(folder, 'lock.json');
}

/** A link is made whole or not at all, so that nobody ever reads half a lock. */
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

/** Only one of several programs that saw the same dead lock moves it; what another one has just placed goes back. */
function clearStale(path: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    // Somebody else was faster: the next look shows whose folder it is.
    return;
  }
  const moved = readText(aside);
  if (moved !== undefined && isAlive(moved)) placeNew(path, moved);
  rmSync(aside, { force: true });
}

function readText(path: string): LockText | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Absent, or not a lock that this program can have written: a link never shows half of one.
    return undefined;
  }
}

function isAlive({ pid, birth }: LockText): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs under another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return birth === null || birth === birthOf(pid);
}

/** On Linux the boot and the clock tick at which the pid was given (proc(5), field 22): a pid alone comes round again. */
function birthOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1) ?? '';
    return `${boot} ${afterName.trim().split(' ')[19]}`;
  } catch {
    return null;
  }
}
