import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../contract/connection.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { openSession } from '../ftps/open-session.ts';
import type { Session } from '../ftps/session.ts';
import type { Slot } from '../ledger/connection-slots.ts';
import { connectionOf } from '../partners/connection-of.ts';
import { partnerBusy } from './connection-errors.ts';
import type { ConnectionSystems } from './connection-systems.ts';
import { HeldSlots } from './held-slots.ts';
import { LoginGate } from './login-gate.ts';
import { Patience } from './patience.ts';

/** vsftpd says goodbye and hangs up before its process has ended, and counts the session until then. */
const restAfterGoodbyeMs = 250;

/**
 * For so long whoever comes lets those go before who wait: longer than they need to look again (patience.ts). Without it the next
 * invocation of a long run would always be quicker than they are.
 */
const courtesyMs = 1_500;

/** A server that was not told of the end finds out by itself. */
const restAfterLossMs = 1_000;

/**
 * The sessions that one invocation has at one partner, each in a slot of the budget that all functions of the partner share.
 * Whoever has a session never waits for another one, and one suffices to go on: so nobody waits for somebody who waits.
 */
export class PartnerConnections implements AsyncDisposable {
  readonly connection: Connection;
  readonly #partner: PartnerFile;
  readonly #systems: ConnectionSystems;
  readonly #gate: LoginGate;
  readonly #slots: HeldSlots;
  readonly #sessions = new Map<Slot, Session>();
  /** Slots whose sessions were lost: they stay with the invocation, which may have no other. */
  readonly #vacant: { readonly slot: Slot; readonly sinceMs: number }[] = [];
  #isClosing = false;
  /** Asks for one of several sessions to be closed as soon as it is idle. */
  onWanted: () => void = () => undefined;

  constructor(partner: PartnerFile, systems: ConnectionSystems) {
    // The same object each time: what is learnt of the server is kept by it.
    this.connection = connectionOf(partner);
    this.#partner = partner;
    this.#systems = systems;
    this.#gate = new LoginGate(partner, systems);
    this.#slots = new HeldSlots(partner, systems);
    this.#slots.onLost = (slot) => this.#drop(slot);
    this.#slots.onWanted = () => this.#giveOneBack();
  }

  /**
   * Opens a session; its `close` gives the slot back. `first`: waits for a slot, until half of the invocation is over, behind those
   * who waited before. `more`: undefined where there is no slot now, or the server has no room.
   * @throws FtpsError `circuit-open`, `partner-busy`, or what connecting and logging in says; PartnerError
   */
  async open(need: 'first' | 'more', signal: AbortSignal): Promise<Session | undefined> {
    const patience = new Patience(this.#systems.deadline);
    const cameMs = performance.now();
    const isNew = () => performance.now() - cameMs < courtesyMs;
    for (;;) {
      await this.#gate.check();
      const slot = (await this.#vacated(signal)) ?? (await this.#slots.take(isNew() ? 'more' : need));
      const session = slot && (await this.#openIn(slot, { patience, signal }));
      if (session !== undefined || need === 'more') return session;
      await this.#pause(patience, signal);
    }
  }

  /** Renews the slots, and hears whether others want one: by itself every 20 seconds. */
  renew(): Promise<void> {
    return this.#slots.renew();
  }

  /** Closes what is still open, and gives all slots back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    await this.#giveBackVacant(this.#vacant.length);
  }

  async #openIn(
    slot: Slot,
    { patience, signal }: { readonly patience: Patience; readonly signal: AbortSignal },
  ): Promise<Session | undefined> {
    try {
      const session = await this.#gate.login(
        (credentials) =>
          openSession(this.connection, credentials, { signal, timeouts: this.#systems.timeouts ?? {} }),
        () => this.#pause(patience, signal),
      );
      return this.#placed(slot, session);
    } catch (error) {
      await this.#slots.giveBack(slot, restAfterGoodbyeMs);
      const isOneTooMany = error instanceof FtpsError && error.kind === 'too-many-connections';
      // As long as others of us are connected, there will be room again.
      if (isOneTooMany && (await this.#slots.lowerLimit()) > 0) return undefined;
      throw error;
    }
  }

  /** The session with an end that tells the budget. */
  #placed(slot: Slot, session: Session): Session {
    const close = async () => {
      const isLost = session.lost;
      await session.close();
      if (this.#sessions.delete(slot)) await this.#leave(slot, isLost ? 'lost' : 'said-goodbye');
    };
    const placed = {
      ...session,
      get lost() {
        return session.lost;
      },
      close,
    };
    this.#sessions.set(slot, placed);
    if (!this.#slots.holds(slot)) this.#drop(slot);
    return placed;
  }

  async #leave(slot: Slot, end: 'lost' | 'said-goodbye'): Promise<void> {
    if (end === 'said-goodbye') return this.#slots.giveBack(slot, restAfterGoodbyeMs);
    if (this.#isClosing) return this.#slots.giveBack(slot, restAfterLossMs);
    if (this.#slots.holds(slot)) this.#vacant.push({ slot, sinceMs: performance.now() });
  }

  /** The slot of a session that was lost, once the server should have seen it too. */
  async #vacated(signal: AbortSignal): Promise<Slot | undefined> {
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

  /** Ends the session of a slot that is not ours any more: the partner would count one too many. */
  #drop(slot: Slot): void {
    const control = this.#sessions.get(slot)?.control;
    control?.drop(
      new FtpsError({
        kind: 'connection-lost',
        attempt: 'talking to',
        target: control.target,
        answer: 'the slot of this connection could not be renewed in time, and another flow may have it',
      }),
    );
  }

  async #pause(patience: Patience, signal: AbortSignal): Promise<void> {
    if ((await patience.pause(signal)) === 'over') throw partnerBusy(this.#partner);
  }
}
