import { setTimeout as sleep } from 'node:timers/promises';
import { faultPolicies } from '../sync/retry.ts';
import { isAlive } from './commands.ts';
import { FtpsError } from './ftps-error.ts';
import type { Session } from './session.ts';

export interface PoolOptions {
  /** Sessions at once. They are opened only as work asks for them. */
  readonly maxSessions: number;
  /** Between two connects: Pure-FTPd's backlog is 10, and a connect that overflows it hangs until its timeout. */
  readonly rampMs?: number;
  /** A session unused for longer is asked with NOOP first: servers and firewalls end idle ones without a word. */
  readonly idleCheckMs?: number;
  /** Pause after a connect that failed, or was not possible, while other sessions work on. */
  readonly pauseMs?: number;
  /** Called when all sessions of a closed pool have ended. Must not throw. */
  readonly onClosed?: () => Promise<void>;
}

/**
 * Opens a session for a pool. `first`: the pool has none, so that it is worth waiting for. `more`: it has one to go on with;
 * undefined is then the answer where there is no room for another one now.
 */
export type OpenForPool = (need: 'first' | 'more', signal: AbortSignal) => Promise<Session | undefined>;

interface Waiter {
  readonly take: (session: Session) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Sessions of one partner, each lent to one piece of work at a time. Opened as they are needed, with a little time
 * between; the first one alone, so that a refused login is tried once and not by all at the same moment. Each one is closed by
 * its own `close`, those that are lost too.
 */
export class Pool implements AsyncDisposable {
  readonly maxSessions: number;
  readonly #open: OpenForPool;
  readonly #options: Required<PoolOptions>;
  readonly #sessions = new Set<Session>();
  readonly #idle: { readonly session: Session; readonly sinceMs: number }[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #openings = new Set<Promise<void>>();
  readonly #closings = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  /** Sessions the server lets us have; lowered when it says that there are too many. */
  #limit: number;
  #nextConnectMs = 0;
  #hasOpened = false;
  /** One opening waits for the first session; what others wait for is one more. */
  #opensFirst = false;
  /** The next session that is released is closed. */
  #owesOne = false;
  /** Why there will be no more sessions. */
  #ended: { readonly error: unknown } | undefined;

  constructor(open: OpenForPool, options: PoolOptions) {
    this.#open = open;
    const onClosed = async () => undefined;
    this.#options = { rampMs: 100, idleCheckMs: 30_000, pauseMs: 2_000, onClosed, ...options };
    this.maxSessions = options.maxSessions;
    this.#limit = options.maxSessions;
  }

  /**
   * Runs `work` with a session of its own, as soon as there is one. A session lost meanwhile is replaced for those who
   * come later; `work` itself is not repeated.
   * @throws what `work` throws, and what opening a session throws where no other session is left.
   */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#acquire();
    try {
      return await work(session);
    } finally {
      this.#release(session);
    }
  }

  /** Closes all sessions, also those at work, and refuses those who wait. */
  async close(): Promise<void> {
    this.#end(new Error('the pool of sessions was closed'));
    this.#closed.abort(this.#ended?.error);
    await Promise.allSettled(this.#openings);
    for (const session of this.#sessions) this.#dismiss(session);
    this.#idle.length = 0;
    await Promise.all(this.#closings);
    await this.#options.onClosed();
  }

  /** Closes one session as soon as it is idle, unless it is the only one: somebody else needs its place. */
  giveOneBack(): void {
    if (this.#sessions.size <= 1) return;
    const idle = this.#idle.shift();
    if (idle === undefined) this.#owesOne = true;
    else this.#dismiss(idle.session);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #acquire(): Promise<Session> {
    for (;;) {
      const session = await this.#next();
      if (session !== undefined) return session;
    }
  }

  /** The longest unused session would be the first to be dead, so the last used one is taken first. */
  async #next(): Promise<Session | undefined> {
    if (this.#ended !== undefined) throw this.#ended.error;
    const idle = this.#idle.pop();
    if (idle === undefined) {
      return await new Promise<Session>((take, fail) => {
        this.#waiters.push({ take, fail });
        this.#openWhereNeeded();
      });
    }
    const unusedMs = performance.now() - idle.sinceMs;
    const alive = unusedMs < this.#options.idleCheckMs ? !idle.session.lost : await isAlive(idle.session);
    if (alive) return idle.session;
    this.#dismiss(idle.session);
    return undefined;
  }

  #release(session: Session): void {
    const isOwed = this.#owesOne && this.#sessions.size > 1;
    if (isOwed) this.#owesOne = false;
    if (isOwed || session.lost) this.#dismiss(session);
    else this.#offer(session);
    this.#openWhereNeeded();
  }

  #dismiss(session: Session): void {
    this.#sessions.delete(session);
    const closing: Promise<void> = session.close().finally(() => this.#closings.delete(closing));
    this.#closings.add(closing);
  }

  #offer(session: Session): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.take(session);
    else this.#idle.push({ session, sinceMs: performance.now() });
  }

  #openWhereNeeded(): void {
    while (
      this.#ended === undefined &&
      this.#waiters.length > this.#openings.size &&
      this.#sessions.size + this.#openings.size < this.#limit &&
      (this.#hasOpened || this.#openings.size === 0)
    ) {
      const opening = this.#openOne();
      this.#openings.add(opening);
      void opening.then(() => {
        this.#openings.delete(opening);
        this.#openWhereNeeded();
      });
    }
  }

  /** Never rejects: what fails is told to those who wait. */
  async #openOne(): Promise<void> {
    const nowMs = performance.now();
    const startMs = Math.max(nowMs, this.#nextConnectMs);
    this.#nextConnectMs = startMs + this.#options.rampMs;
    if (startMs > nowMs) await this.#pause(startMs - nowMs);
    if (this.#ended !== undefined || this.#waiters.length === 0) return;
    const isFirst = this.#sessions.size === 0 && !this.#opensFirst;
    if (isFirst) this.#opensFirst = true;
    try {
      const session = await this.#open(isFirst ? 'first' : 'more', this.#closed.signal);
      if (session === undefined) {
        this.#nextConnectMs = performance.now() + this.#options.pauseMs;
        return;
      }
      this.#hasOpened = true;
      this.#sessions.add(session);
      this.#offer(session);
    } catch (error) {
      this.#openingFailed(error);
    } finally {
      if (isFirst) this.#opensFirst = false;
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closed;
    await sleep(ms, undefined, { signal }).catch(() => {
      // The pool was closed: whoever paused sees that by itself.
    });
  }

  #openingFailed(error: unknown): void {
    const kind = error instanceof FtpsError ? error.kind : undefined;
    const others = this.#sessions.size;
    // Once a session has opened, the settings are right, and only a password can have stopped being so.
    if (kind === 'login-refused' || (others === 0 && kind !== undefined && !faultPolicies[kind].again)) {
      this.#end(error);
      return;
    }
    // With nothing to fall back on, those still opening decide, and no further ones are begun behind them.
    if (others === 0) this.#hasOpened = false;
    if (others === 0 && this.#openings.size <= 1) this.#failWaiters(error);
    if (others > 0 && kind === 'too-many-connections') this.#limit = others;
    this.#nextConnectMs = performance.now() + this.#options.pauseMs;
  }

  #end(error: unknown): void {
    this.#ended ??= { error };
    this.#failWaiters(this.#ended.error);
  }

  #failWaiters(error: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.fail(error);
  }
}
