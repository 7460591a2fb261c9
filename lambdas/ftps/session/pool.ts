import { setTimeout as sleep } from 'node:timers/promises';
import { ftpsErrorPolicies } from '../../core/connection/ftps-error-policies.ts';
import { FtpsError } from '../ftps-error.ts';
import { isAlive } from './commands.ts';
import type { Session } from './session.ts';

export interface PoolOptions {
  /** Sessions at once. They are opened on demand. */
  readonly maxSessions: number;
  /**
   * The delay between two connects: Pure-FTPd's backlog is 10, and a connect that overflows it hangs until
   * its timeout. Default: 100 ms.
   */
  readonly rampMs?: number;
  /**
   * A session idle for longer is tested with NOOP before use: servers and firewalls drop idle connections
   * silently. Default: 30 s.
   */
  readonly idleCheckMs?: number;
  /** The delay after a connect that failed or was not possible, while other sessions work. Default: 2 s. */
  readonly pauseMs?: number;
  /** Called when all sessions of a closed pool have ended. It must not throw. */
  readonly onClosed?: () => Promise<void>;
}

/**
 * Opens a session for a pool. `first`: the pool has none, so waiting for a connection slot is worthwhile.
 * `more`: the pool already has a session; returns undefined where no slot is free now.
 */
export type OpenForPool = (need: 'first' | 'more', signal: AbortSignal) => Promise<Session | undefined>;

interface Waiter {
  readonly take: (session: Session) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Sessions of one partner, each used by one piece of work at a time. They are opened on demand, `rampMs`
 * apart; the first one alone, so that a refused login is tried once and not by all workers at the same time.
 * The pool calls `close` of each session, also of lost ones.
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
  /** Sessions that the server accepts; lowered when it answers `too-many-connections`. */
  #limit: number;
  #nextConnectMs = 0;
  #hasOpened = false;
  /** An opening for the first session is in progress; further openings are for `more`. */
  #isOpeningFirst = false;
  /** Close the next session that is released. */
  #mustCloseOne = false;
  /** Set once there are no more sessions: after a refused login, or a close. */
  #ended: { readonly error: unknown } | undefined;

  constructor(open: OpenForPool, options: PoolOptions) {
    this.#open = open;
    const onClosed = async () => undefined;
    this.#options = { rampMs: 100, idleCheckMs: 30_000, pauseMs: 2_000, onClosed, ...options };
    this.maxSessions = options.maxSessions;
    this.#limit = options.maxSessions;
  }

  /**
   * Runs `work` with a session, as soon as one is free. If the session is lost, the pool replaces it for
   * later work; `work` itself is not retried.
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

  /** Closes all sessions, also those in use, and rejects work that waits for one. */
  async close(): Promise<void> {
    this.#end(new Error('the pool of sessions was closed'));
    this.#closed.abort(this.#ended?.error);
    await Promise.allSettled(this.#openings);
    for (const session of this.#sessions) this.#dismiss(session);
    this.#idle.length = 0;
    await Promise.all(this.#closings);
    await this.#options.onClosed();
  }

  /** Closes one session as soon as it is idle, unless it is the only one: another function needs its slot. */
  closeOneSession(): void {
    if (this.#sessions.size <= 1) return;
    const idle = this.#idle.shift();
    if (idle === undefined) this.#mustCloseOne = true;
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

  /** Takes the most recently used session first: the one idle longest is the most likely to be dead. */
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
    const isSurplus = this.#mustCloseOne && this.#sessions.size > 1;
    if (isSurplus) this.#mustCloseOne = false;
    if (isSurplus || session.lost) this.#dismiss(session);
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

  /** Never rejects: an error goes to the waiters. */
  async #openOne(): Promise<void> {
    const nowMs = performance.now();
    const startMs = Math.max(nowMs, this.#nextConnectMs);
    this.#nextConnectMs = startMs + this.#options.rampMs;
    if (startMs > nowMs) await this.#pause(startMs - nowMs);
    if (this.#ended !== undefined || this.#waiters.length === 0) return;
    const isFirst = this.#sessions.size === 0 && !this.#isOpeningFirst;
    if (isFirst) this.#isOpeningFirst = true;
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
      this.#handleOpenError(error);
    } finally {
      if (isFirst) this.#isOpeningFirst = false;
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closed;
    await sleep(ms, undefined, { signal }).catch(() => {
      // The pool was closed, which the caller checks.
    });
  }

  #handleOpenError(error: unknown): void {
    const kind = error instanceof FtpsError ? error.kind : undefined;
    const others = this.#sessions.size;
    // After a session has opened, the settings are right, and only the password can have changed since.
    if (
      kind === 'login-refused' ||
      (others === 0 && kind !== undefined && !ftpsErrorPolicies[kind].retryable)
    ) {
      this.#end(error);
      return;
    }
    // With no session left, the openings in progress decide, and no further ones start.
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
