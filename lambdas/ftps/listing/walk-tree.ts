import { setTimeout as sleep } from 'node:timers/promises';
import { ftpsErrorPolicies } from '../../core/connection/ftps-error-policies.ts';
import type {
  FrontierDirectory,
  ListingError,
  ListingLine,
  ListingVerdict,
} from '../../core/listing/listing.ts';
import { pathDepth, type RemotePath } from '../../core/path/remote-path.ts';
import { retryByPolicy } from '../../core/run/retry-by-policy.ts';
import { FtpsError } from '../ftps-error.ts';
import type { Pool } from '../session/pool.ts';
import { FactAsker } from './fact-asker.ts';
import { listDirectory } from './list-directory.ts';
import { MissingFacts } from './missing-facts.ts';

/** Receives one try to list a directory. Its last call is either `end` or `abandon`, once. */
export interface DirectorySink {
  /** Some of the names. A promise pauses the server until it is fulfilled. */
  add(lines: readonly ListingLine[]): Promise<void> | undefined;
  /** The directory is complete, with everything that was added. */
  end(verdict: ListingVerdict): Promise<void>;
  /** Discards what was added: the directory is retried, or left to the next invocation. */
  abandon(): void;
}

export interface WalkOptions {
  readonly root: RemotePath;
  /** The directories to list, the last one first; the root alone for a new walk. */
  readonly frontier: readonly FrontierDirectory[];
  /** How many directories earlier invocations have found, with the root and those of the frontier. */
  readonly found: number;
  /** Directories deeper below the root are not entered: a bind mount can contain itself. Default: 64. */
  readonly maxDepth?: number;
  readonly maxEntriesPerDirectory?: number;
  /**
   * After so many, further directories are not entered, and the listing that they are in gets a
   * `too-many-entries` error. Default: 1,000,000.
   */
  readonly maxDirectories?: number;
  /** Called before each directory: false leaves it to the next invocation. */
  readonly mayBegin?: () => boolean;
  /** Aborts the listings in progress and leaves their directories to the next invocation. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The files for which facts that their listing leaves out are asked, by MDTM and SIZE. Default: none. Of a
   * listing with very many such files, the rest is passed on as it is.
   */
  readonly isAskedFor?: (path: RemotePath) => boolean;
  /** Called for each try to list a directory. */
  readonly sinkFor: (directory: RemotePath) => DirectorySink;
}

export interface Walked {
  /** The directories that remain. Empty: the walk is complete. */
  readonly frontier: readonly FrontierDirectory[];
  readonly found: number;
}

/** No real tree is deeper. */
const defaultMaxDepth = 64;
/** As many paths fit into the memory of one function. */
const defaultMaxDirectories = 1_000_000;
/**
 * How many invocations may abort a directory. The first one may have begun it late; the others began with it
 * and spent all their time on it.
 */
const maxCuts = 3;

/**
 * Lists directories and everything below them, as many at once as the pool has sessions, until none remain or
 * the time is up. Links are not followed. A directory below the root that cannot be listed ends with an error
 * in its verdict, and the walk continues. So does any directory, also the root, that three invocations had to
 * abort.
 * @throws FtpsError where the root cannot be listed or no session can be opened; `partner-busy` only before
 * the first directory has ended. What a sink throws.
 */
export async function walkTree(pool: Pool, options: WalkOptions): Promise<Walked> {
  return await new TreeWalk(pool, options).run();
}

class TreeWalk {
  readonly #pool: Pool;
  readonly #options: WalkOptions;
  readonly #facts: FactAsker;
  readonly #pending: FrontierDirectory[];
  /** Begun and not ended. The next invocation begins with them, so that they have all its time. */
  readonly #unfinished: FrontierDirectory[] = [];
  #found: number;
  #isBusy = false;
  #hasEndedAny = false;

  constructor(pool: Pool, options: WalkOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#facts = new FactAsker({ pool, isAskedFor: options.isAskedFor, signal: options.signal });
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
      // The other visits end on their own, and their errors add nothing to this one.
      this.#pending.length = 0;
      await Promise.allSettled(running);
      throw error;
    }
    return { frontier: [...this.#pending, ...this.#unfinished], found: this.#found };
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
      // Our other flows hold all connections: what was listed is kept, and the rest remains.
      if (isBusy(error) && this.#hasEndedAny) this.#isBusy = true;
      if (!this.#isStopped()) throw error;
      const isCut = attempt.begun && this.#options.signal?.aborted === true;
      await this.#leave(isCut ? { ...next, cuts: next.cuts + 1 } : next);
    }
  }

  async #leave(directory: FrontierDirectory): Promise<void> {
    if (directory.cuts < maxCuts) {
      this.#unfinished.push(directory);
      return;
    }
    const detail = `${maxCuts} invocations in a row could not list it in their time`;
    await this.#end(toErrorVerdict(directory.path, { kind: 'failed', detail }));
  }

  /**
   * @throws errors that do not concern this directory: no session, a failed sink, or an abort on our side.
   */
  async #list(directory: RemotePath, attempt: { begun: boolean }): Promise<ListingVerdict> {
    const { root, maxDepth = defaultMaxDepth, signal } = this.#options;
    if (pathDepth(directory) - pathDepth(root) > maxDepth) {
      return await this.#end(toErrorVerdict(directory, { kind: 'too-deep', limit: maxDepth }));
    }
    const { sink, found, missing } = await retryByPolicy({
      attempt: () => this.#tryList(directory, attempt),
      evaluate: (result) => (isRetryable(result.found) ? 'retry' : 'stop'),
      discard: (result) => this.#abandon(result),
      sleep: (delayMs) => sleep(delayMs, undefined, { signal }),
    });
    if (found instanceof FtpsError) {
      this.#abandon({ sink, missing });
      return await this.#end(this.#toVerdict(directory, found));
    }
    try {
      await this.#facts.passOn(missing, (lines) => sink.add(lines));
    } catch (error) {
      this.#abandon({ sink, missing });
      throw error;
    }
    this.#facts.release(missing);
    return await this.#end(found, sink);
  }

  #abandon({ sink, missing }: Pick<DirectoryTry, 'sink' | 'missing'>): void {
    this.#facts.release(missing);
    sink.abandon();
  }

  /** One try with its own sink. The caller ends or abandons the sink, unless this throws. */
  async #tryList(directory: RemotePath, attempt: { begun: boolean }): Promise<DirectoryTry> {
    const sink = this.#options.sinkFor(directory);
    const { maxEntriesPerDirectory: maxEntries, signal } = this.#options;
    const limits = maxEntries === undefined ? {} : { maxEntries };
    const missing = new MissingFacts();
    const onLines = (lines: readonly ListingLine[]) => sink.add(this.#facts.keepBack(lines, missing));
    try {
      const found = await this.#pool.use(async (session) => {
        attempt.begun = true;
        try {
          return await listDirectory(session, directory, { ...limits, signal, onLines });
        } catch (error) {
          if (error instanceof FtpsError && signal?.aborted !== true) return error;
          throw error;
        }
      });
      return { sink, found, missing };
    } catch (error) {
      this.#abandon({ sink, missing });
      throw error;
    }
  }

  /** Ends the directory, with at most as many subdirectories as may be entered. */
  async #end(
    verdict: ListingVerdict,
    sink = this.#options.sinkFor(verdict.directory),
  ): Promise<ListingVerdict> {
    const limit = this.#options.maxDirectories ?? defaultMaxDirectories;
    const subdirectories = verdict.subdirectories.slice(0, Math.max(limit - this.#found, 0));
    this.#found += subdirectories.length;
    const isCut = subdirectories.length < verdict.subdirectories.length;
    const limitErrors: ListingError[] = isCut ? [{ kind: 'too-many-entries', limit }] : [];
    const ended = { ...verdict, subdirectories, errors: [...verdict.errors, ...limitErrors] };
    await sink.end(ended);
    this.#hasEndedAny = true;
    return ended;
  }

  #toVerdict(directory: RemotePath, error: FtpsError): ListingVerdict {
    if (directory === this.#options.root || ftpsErrorPolicies[error.kind].scope === 'partner') throw error;
    const { message: detail, replyCode } = error;
    const isDenied = error.kind === 'denied' || error.kind === 'refused';
    return toErrorVerdict(
      directory,
      isDenied ? { kind: 'denied', replyCode, detail } : { kind: 'failed', detail },
    );
  }
}

interface DirectoryTry {
  readonly sink: DirectorySink;
  readonly found: ListingVerdict | FtpsError;
  /** Files that the sink has not received yet. */
  readonly missing: MissingFacts;
}

/** Whether a retry may list the same directory without the error. */
function isRetryable(found: ListingVerdict | FtpsError): boolean {
  if (found instanceof FtpsError) return ftpsErrorPolicies[found.kind].retryable;
  return found.errors.some((error) => error.kind === 'cut-short');
}

function isBusy(error: unknown): boolean {
  return error instanceof FtpsError && error.kind === 'partner-busy';
}

function toErrorVerdict(directory: RemotePath, error: ListingError): ListingVerdict {
  return { directory, subdirectories: [], errors: [error] };
}
