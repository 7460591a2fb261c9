import { setTimeout as sleep } from 'node:timers/promises';
import type { FrontierDirectory, ListingFault, ListingLine, ListingVerdict } from '../sync/listing.ts';
import { pathDepth, type RemotePath } from '../sync/remote-path.ts';
import { faultPolicies, fileRetryDelayMs } from '../sync/retry.ts';
import { FtpsError } from './ftps-error.ts';
import { listDirectory } from './list-directory.ts';
import type { Pool } from './pool.ts';

/** What one try of a directory is told to. Of a try, either `end` or `abandon` is called, last and once. */
export interface DirectorySink {
  /** Some of the names; the walk holds the server back until the promise is fulfilled. */
  add(lines: readonly ListingLine[]): Promise<void> | undefined;
  /** The directory counts, with all that was added. */
  end(verdict: ListingVerdict): Promise<void>;
  /** What was added is not to count: the directory is tried again. */
  abandon(): void;
}

export interface WalkOptions {
  readonly root: RemotePath;
  /** Where to go on; of a walk that begins, the root alone. The last one is taken first. */
  readonly frontier: readonly FrontierDirectory[];
  /** How many directories were found by the invocations before, with those of the frontier; the root is one. */
  readonly found: number;
  /** Directories further below the root are not entered: a server can have a directory within itself (a bind mount). */
  readonly maxDepth?: number;
  readonly maxEntriesPerDirectory?: number;
  /** When so many were found, further ones are not entered, and the listing that they are in has a fault. */
  readonly maxDirectories?: number;
  /** Asked before each directory: false leaves it to the next invocation. */
  readonly mayBegin?: () => boolean;
  /** Cuts off what is being listed. It is left to the next invocation. */
  readonly signal?: AbortSignal | undefined;
  /** A try of a directory begins. */
  readonly sinkFor: (directory: RemotePath) => DirectorySink;
}

export interface Walked {
  /** What is left, to go on with. Empty: the tree has been walked. */
  readonly frontier: readonly FrontierDirectory[];
  readonly found: number;
}

/** Below this, no honest tree goes. */
const usualMaxDepth = 64;
/** What one worker can hold the names of. */
const usualMaxDirectories = 1_000_000;
/** A directory is asked this often, each time with another session where the last one was lost. */
const triesPerDirectory = 3;
/** The first invocation that had to cut a directory off may have begun it late. The others began with it, and it had all their time. */
const maxCuts = 3;

/**
 * Lists directories and all below them, as many at once as the pool has sessions, until there are no more or the time is up. Links
 * are not followed. A directory below the root that cannot be listed ends with a fault, and the walk goes on; so does one, the
 * root too, that three invocations had to cut off.
 * @throws FtpsError where the root cannot be listed or no session can be opened; `partner-busy` only where nothing was listed. What
 * a sink throws.
 */
export async function walk(pool: Pool, options: WalkOptions): Promise<Walked> {
  return await new Walk(pool, options).run();
}

class Walk {
  readonly #pool: Pool;
  readonly #options: WalkOptions;
  readonly #pending: FrontierDirectory[];
  /** Begun and not ended. The next invocation begins with them, so that they have all its time. */
  readonly #left: FrontierDirectory[] = [];
  #found: number;
  #isBusy = false;
  #hasToldAny = false;

  constructor(pool: Pool, options: WalkOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#pending = [...options.frontier];
    this.#found = options.found;
  }

  async run(): Promise<Walked> {
    const running = new Set<Promise<void>>();
    try {
      for (;;) {
        while (running.size < this.#pool.maxSessions && this.#mayBegin()) {
          const next = this.#pending.pop();
          if (next === undefined) break;
          const visit: Promise<void> = this.#visit(next).finally(() => running.delete(visit));
          running.add(visit);
        }
        if (running.size === 0) break;
        await Promise.race(running);
      }
    } catch (error) {
      // The others end by themselves; what they fail with says no more than this does.
      this.#pending.length = 0;
      await Promise.allSettled(running);
      throw error;
    }
    return { frontier: [...this.#pending, ...this.#left], found: this.#found };
  }

  #mayBegin(): boolean {
    return !this.#isStopped() && (this.#options.mayBegin?.() ?? true);
  }

  #isStopped(): boolean {
    return this.#isBusy || this.#options.signal?.aborted === true;
  }

  async #visit(next: FrontierDirectory): Promise<void> {
    const attempt = { begun: false };
    try {
      const { subdirectories } = await this.#list(next.path, attempt);
      for (const path of subdirectories) this.#pending.push({ path, cuts: 0 });
    } catch (error) {
      // Our other flows have all the connections: what has been listed is kept, and the rest left.
      if (isBusy(error) && this.#hasToldAny) this.#isBusy = true;
      if (!this.#isStopped()) throw error;
      const isCut = attempt.begun && this.#options.signal?.aborted === true;
      await this.#wasLeft(isCut ? { ...next, cuts: next.cuts + 1 } : next);
    }
  }

  async #wasLeft(directory: FrontierDirectory): Promise<void> {
    if (directory.cuts < maxCuts) {
      this.#left.push(directory);
      return;
    }
    const detail = `${maxCuts} invocations in a row did not suffice to list it`;
    await this.#tell(faulty(directory.path, { kind: 'failed', detail }));
  }

  /** @throws what is not about this directory: no session can be opened, a sink failed, or it was stopped from our side. */
  async #list(directory: RemotePath, attempt: { begun: boolean }): Promise<ListingVerdict> {
    const { root, maxDepth = usualMaxDepth, signal } = this.#options;
    if (pathDepth(directory) - pathDepth(root) > maxDepth) {
      return await this.#tell(faulty(directory, { kind: 'too-deep', limit: maxDepth }));
    }
    for (let tries = 1; ; tries++) {
      const sink = this.#options.sinkFor(directory);
      const found = await this.#tryList({ directory, sink, attempt });
      const isWorthAgain = tries < triesPerDirectory && isPassing(found);
      if (!isWorthAgain && !(found instanceof FtpsError)) return await this.#tell(found, sink);
      sink.abandon();
      if (!isWorthAgain && found instanceof FtpsError)
        return await this.#tell(this.#faultyFor(directory, found));
      await sleep(fileRetryDelayMs(tries), undefined, { signal });
    }
  }

  async #tryList(request: {
    readonly directory: RemotePath;
    readonly sink: DirectorySink;
    readonly attempt: { begun: boolean };
  }): Promise<ListingVerdict | FtpsError> {
    const { directory, sink, attempt } = request;
    const { maxEntriesPerDirectory: maxEntries, signal } = this.#options;
    const limits = maxEntries === undefined ? {} : { maxEntries };
    const onLines = (lines: readonly ListingLine[]) => sink.add(lines);
    try {
      return await this.#pool.use(async (session) => {
        attempt.begun = true;
        try {
          return await listDirectory(session, directory, { ...limits, signal, onLines });
        } catch (error) {
          if (error instanceof FtpsError && signal?.aborted !== true) return error;
          throw error;
        }
      });
    } catch (error) {
      sink.abandon();
      throw error;
    }
  }

  /** Ends the directory, with no more subdirectories than may be entered. */
  async #tell(
    verdict: ListingVerdict,
    sink = this.#options.sinkFor(verdict.directory),
  ): Promise<ListingVerdict> {
    const limit = this.#options.maxDirectories ?? usualMaxDirectories;
    const subdirectories = verdict.subdirectories.slice(0, Math.max(limit - this.#found, 0));
    this.#found += subdirectories.length;
    const isCut = subdirectories.length < verdict.subdirectories.length;
    const more: ListingFault[] = isCut ? [{ kind: 'too-many-entries', limit }] : [];
    const told = { ...verdict, subdirectories, faults: [...verdict.faults, ...more] };
    await sink.end(told);
    this.#hasToldAny = true;
    return told;
  }

  #faultyFor(directory: RemotePath, error: FtpsError): ListingVerdict {
    if (directory === this.#options.root || faultPolicies[error.kind].scope === 'partner') throw error;
    const { message: detail, replyCode } = error;
    const isDenied = error.kind === 'denied' || error.kind === 'refused';
    return faulty(directory, isDenied ? { kind: 'denied', replyCode, detail } : { kind: 'failed', detail });
  }
}

/** Whether the same directory may be listed well a moment later. */
function isPassing(found: ListingVerdict | FtpsError): boolean {
  if (found instanceof FtpsError) return faultPolicies[found.kind].again;
  return found.faults.some((fault) => fault.kind === 'cut-short');
}

function isBusy(error: unknown): boolean {
  return error instanceof FtpsError && error.kind === 'partner-busy';
}

function faulty(directory: RemotePath, fault: ListingFault): ListingVerdict {
  return { directory, subdirectories: [], faults: [fault] };
}
