import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectoryListing, ListingFault } from '../sync/listing.ts';
import { pathDepth, type RemotePath } from '../sync/remote-path.ts';
import { faultPolicies, fileRetryDelayMs } from '../sync/retry.ts';
import { FtpsError } from './ftps-error.ts';
import { listDirectory } from './list-directory.ts';
import type { Pool } from './pool.ts';

export interface WalkOptions {
  readonly root: RemotePath;
  /** Directories further below the root are not entered: a server can have a directory within itself (a bind mount). */
  readonly maxDepth?: number;
  readonly maxEntriesPerDirectory: number;
  /** When so many were found, further ones are not entered, and the listing that they are in has a fault. */
  readonly maxDirectories?: number;
  readonly signal?: AbortSignal | undefined;
  /** Hears every directory once, complete or not, in no certain order, one at a time; the walk waits for it. */
  readonly onListing: (listing: DirectoryListing) => Promise<void>;
}

export interface Walked {
  readonly directories: number;
  readonly files: number;
  /** Directories whose listing has a fault, those that could not be listed at all included. */
  readonly incomplete: number;
}

/** Below this, no honest tree goes. */
const usualMaxDepth = 64;
/** What one worker can hold the names of. */
const usualMaxDirectories = 1_000_000;
/** A directory is asked this often, each time with another session where the last one was lost. */
const triesPerDirectory = 3;

/**
 * Lists a directory and all below it, as many at once as the pool has sessions. Links are not followed. A directory
 * below the root that cannot be listed becomes a listing with a fault, and the walk goes on.
 * @throws FtpsError where the root cannot be listed or no session can be opened; what `onListing` throws; the signal's reason.
 */
export async function walk(pool: Pool, options: WalkOptions): Promise<Walked> {
  return await new Walk(pool, options).run();
}

class Walk {
  readonly #pool: Pool;
  readonly #options: WalkOptions;
  readonly #seen: Set<RemotePath>;
  readonly #pending: RemotePath[];
  #told: Promise<void> = Promise.resolve();
  #directories = 0;
  #files = 0;
  #incomplete = 0;

  constructor(pool: Pool, options: WalkOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#seen = new Set([options.root]);
    this.#pending = [options.root];
  }

  async run(): Promise<Walked> {
    const running = new Set<Promise<void>>();
    try {
      while (this.#pending.length > 0 || running.size > 0) {
        while (running.size < this.#pool.maxSessions) {
          const directory = this.#pending.pop();
          if (directory === undefined) break;
          const visit: Promise<void> = this.#visit(directory).finally(() => running.delete(visit));
          running.add(visit);
        }
        await Promise.race(running);
      }
    } catch (error) {
      // The others end by themselves; what they fail with says no more than this does.
      this.#pending.length = 0;
      await Promise.allSettled(running);
      throw error;
    }
    return { directories: this.#directories, files: this.#files, incomplete: this.#incomplete };
  }

  async #visit(directory: RemotePath): Promise<void> {
    const listing = await this.#listed(directory);
    const limit = this.#options.maxDirectories ?? usualMaxDirectories;
    const found = [...new Set(listing.subdirectories)].filter((each) => !this.#seen.has(each));
    const entered = found.slice(0, limit - this.#seen.size);
    for (const subdirectory of entered) this.#seen.add(subdirectory);
    const fault = { kind: 'too-many-entries', limit } as const;
    const isCut = entered.length < found.length;
    await this.#tell(isCut ? { ...listing, faults: [...listing.faults, fault] } : listing);
    this.#pending.push(...entered);
  }

  #tell(listing: DirectoryListing): Promise<void> {
    this.#told = this.#told.then(async () => {
      this.#options.signal?.throwIfAborted();
      await this.#options.onListing(listing);
      this.#directories++;
      this.#files += listing.files.length;
      if (listing.faults.length > 0) this.#incomplete++;
    });
    return this.#told;
  }

  async #listed(directory: RemotePath): Promise<DirectoryListing> {
    const { root, maxDepth = usualMaxDepth } = this.#options;
    if (pathDepth(directory) - pathDepth(root) > maxDepth) {
      return faulty(directory, { kind: 'too-deep', limit: maxDepth });
    }
    for (let attempt = 1; ; attempt++) {
      const found = await this.#tryList(directory);
      const worthAgain = attempt < triesPerDirectory && isPassing(found);
      if (!worthAgain) return this.#settled(directory, found);
      await sleep(fileRetryDelayMs(attempt), undefined, { signal: this.#options.signal });
    }
  }

  /** @throws what is not about this directory: no session can be opened, or it was stopped from our side. */
  async #tryList(directory: RemotePath): Promise<DirectoryListing | FtpsError> {
    const { maxEntriesPerDirectory: maxEntries, signal } = this.#options;
    return await this.#pool.use(async (session) => {
      try {
        return await listDirectory(session, directory, { maxEntries, signal });
      } catch (error) {
        if (error instanceof FtpsError) return error;
        throw error;
      }
    });
  }

  #settled(directory: RemotePath, found: DirectoryListing | FtpsError): DirectoryListing {
    if (!(found instanceof FtpsError)) return found;
    if (directory === this.#options.root || faultPolicies[found.kind].scope === 'partner') throw found;
    const { message: detail, replyCode } = found;
    const isDenied = found.kind === 'denied' || found.kind === 'refused';
    return faulty(directory, isDenied ? { kind: 'denied', replyCode, detail } : { kind: 'failed', detail });
  }
}

/** Whether the same directory may be listed well a moment later. */
function isPassing(found: DirectoryListing | FtpsError): boolean {
  if (found instanceof FtpsError) return faultPolicies[found.kind].again;
  return found.faults.some((fault) => fault.kind === 'cut-short');
}

function faulty(directory: RemotePath, fault: ListingFault): DirectoryListing {
  return { directory, files: [], subdirectories: [], skipped: [], refused: [], faults: [fault] };
}
