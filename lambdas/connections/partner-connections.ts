import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../contract/partner-file/connection.ts';
import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { openSession } from '../ftps/session/open-session.ts';
import type { Session } from '../ftps/session/session.ts';
import type { Slot } from '../ledger/connection/connection-slots.ts';
import { Backoff } from './backoff.ts';
import { withCertificateChange } from './compare-certificate.ts';
import type { ConnectionDependencies } from './connection-dependencies.ts';
import { partnerBusy } from './connection-errors.ts';
import { HeldSlots } from './held-slots.ts';
import { LoginGate } from './login-gate.ts';

/** vsftpd answers QUIT and closes before its process ends, and counts the session until then. */
const restAfterQuitMs = 250;

/**
 * How long a new caller lets those go first who are waiting already: longer than their pauses (backoff.ts).
 * Otherwise the next invocation of a long run would always be faster than they are.
 */
const courtesyMs = 1_500;

/** The time that a server may need to notice that a session was lost. */
const restAfterLossMs = 1_000;

/**
 * The sessions of one invocation at one partner, each in a slot of the connection budget that all functions
 * of the partner share. There is no deadlock: one session is enough to continue, and a caller that has one
 * never waits for another.
 */
export class PartnerConnections implements AsyncDisposable {
  readonly connection: Connection;
  readonly #partner: PartnerFile;
  readonly #dependencies: ConnectionDependencies;
  readonly #gate: LoginGate;
  readonly #slots: HeldSlots;
  readonly #sessions = new Map<Slot, Session>();
  /** Slots whose sessions were lost. The invocation keeps them: it may have no others. */
  readonly #vacant: { readonly slot: Slot; readonly sinceMs: number }[] = [];
  #isClosing = false;
  /** Asks for one of several sessions to be closed as soon as it is idle. */
  onWanted: () => void = () => undefined;

  constructor(partner: PartnerFile, dependencies: ConnectionDependencies) {
    // One object for all sessions: what is learned of the server is cached by it.
    this.connection = partner.connection;
    this.#partner = partner;
    this.#dependencies = dependencies;
    this.#gate = new LoginGate(partner, dependencies);
    this.#slots = new HeldSlots(partner, dependencies);
    this.#slots.onLost = (slot) => this.#drop(slot);
    this.#slots.onWanted = () => this.#giveOneBack();
  }

  /**
   * Opens a session; its `close` releases the slot. `first`: waits for a slot until half of the invocation
   * has passed, behind those that waited before. `more`: undefined where no slot is free, or the server
   * refuses another session.
   * @throws FtpsError `circuit-open`, `partner-busy` and the errors of connecting and logging in;
   * PartnerError
   */
  async open(need: 'first' | 'more', signal: AbortSignal): Promise<Session | undefined> {
    const backoff = new Backoff(this.#dependencies.deadline);
    const startedMs = performance.now();
    const isNew = () => performance.now() - startedMs < courtesyMs;
    for (;;) {
      await this.#gate.check();
      const slot = (await this.#takeVacant(signal)) ?? (await this.#slots.take(isNew() ? 'more' : need));
      const session = slot && (await this.#openIn(slot, { backoff, signal }));
      if (session !== undefined || need === 'more') return session;
      await this.#pause(backoff, signal);
    }
  }

  /** Renews the slots and checks whether others wait for one. A timer does so every 20 seconds. */
  renew(): Promise<void> {
    return this.#slots.renew();
  }

  /** Closes all open sessions and releases all slots. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    await this.#giveBackVacant(this.#vacant.length);
  }

  async #openIn(
    slot: Slot,
    { backoff, signal }: { readonly backoff: Backoff; readonly signal: AbortSignal },
  ): Promise<Session | undefined> {
    try {
      const session = await this.#gate.login(
        (credentials) =>
          openSession(this.connection, credentials, { signal, timeouts: this.#dependencies.timeouts ?? {} }),
        () => this.#pause(backoff, signal),
      );
      return this.#register(slot, session);
    } catch (error) {
      const isOneTooMany = error instanceof FtpsError && error.kind === 'too-many-connections';
      const others = await this.#giveUp(slot, isOneTooMany ? 'one-too-many' : 'failed');
      // While other functions are connected, the server will accept another session later.
      if (others > 0) return undefined;
      throw await withCertificateChange(error, this.#partner, this.#dependencies.table);
    }
  }

  /** @returns with `one-too-many`, how many other sessions the partner has; otherwise 0. */
  async #giveUp(slot: Slot, why: 'one-too-many' | 'failed'): Promise<number> {
    try {
      // The slot stays held until the limit is lowered: another function would be refused with it too.
      return why === 'one-too-many' ? await this.#slots.lowerLimit(slot) : 0;
    } finally {
      await this.#slots.giveBack(slot, restAfterQuitMs);
    }
  }

  /** Registers the session; closing it releases the slot. */
  #register(slot: Slot, session: Session): Session {
    const close = async () => {
      const isLost = session.lost;
      await session.close();
      if (this.#sessions.delete(slot)) await this.#vacate(slot, isLost ? 'lost' : 'quit');
    };
    const registered = {
      ...session,
      get lost() {
        return session.lost;
      },
      close,
    };
    this.#sessions.set(slot, registered);
    if (!this.#slots.holds(slot)) this.#drop(slot);
    return registered;
  }

  async #vacate(slot: Slot, end: 'lost' | 'quit'): Promise<void> {
    if (end === 'quit') return this.#slots.giveBack(slot, restAfterQuitMs);
    if (this.#isClosing) return this.#slots.giveBack(slot, restAfterLossMs);
    if (this.#slots.holds(slot)) this.#vacant.push({ slot, sinceMs: performance.now() });
  }

  /** The slot of a lost session, after the time in which the server should have noticed the loss. */
  async #takeVacant(signal: AbortSignal): Promise<Slot | undefined> {
    const { slot, sinceMs } = this.#vacant.shift() ?? {};
    if (slot === undefined || sinceMs === undefined || !this.#slots.holds(slot)) return undefined;
    const restMs = sinceMs + restAfterLossMs - performance.now();
    if (restMs > 0) {
      await sleep(restMs, undefined, { signal }).catch(async (error: unknown) => {
        await this.#slots.giveBack(slot, restAfterLossMs);
        throw error;
      });
    }
    return slot;
  }

  #giveOneBack(): void {
    if (this.#vacant.length > 0) void this.#giveBackVacant(1);
    else this.onWanted();
  }

  async #giveBackVacant(count: number): Promise<void> {
    const vacant = this.#vacant.splice(0, count);
    await Promise.all(vacant.map(({ slot }) => this.#slots.giveBack(slot, restAfterLossMs)));
  }

  /** Ends the session of a slot that this invocation no longer holds: it would exceed the budget. */
  #drop(slot: Slot): void {
    const control = this.#sessions.get(slot)?.control;
    control?.drop(
      new FtpsError({
        kind: 'connection-lost',
        attempt: 'talking to',
        target: control.target,
        answer: 'the connection slot was not renewed in time, so another flow may have it',
      }),
    );
  }

  async #pause(backoff: Backoff, signal: AbortSignal): Promise<void> {
    if ((await backoff.pause(signal)) === 'give-up') throw partnerBusy(this.#partner);
  }
}
