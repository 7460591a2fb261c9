import { randomUUID } from 'node:crypto';
import type { PartnerFile } from '../contract/partner-file.ts';
import { askForSlot, readBudget, recordLoweredLimit } from '../ledger/connection-limit.ts';
import {
  giveBackSlot,
  renewSlot,
  type Slot,
  slotMs,
  slotsInUse,
  takeSlot,
} from '../ledger/connection-slots.ts';
import { afterRefusedSession, limitNow, type Room, slotsToTry } from '../sync/connection-limit.ts';
import type { ConnectionSystems } from './connection-systems.ts';

/** How often held slots are renewed: twice may fail before they lapse. */
const renewalMs = 20_000;

/** How long a wish for a slot is heard, and how much of that is left when it is said again: whoever waits looks more often. */
const wishMs = 5_000;
const wishAgainMs = 2_500;

/** The slots of one partner that this invocation holds, renewed by one timer. */
export class HeldSlots {
  readonly #partner: PartnerFile;
  readonly #systems: Pick<ConnectionSystems, 'table' | 'now'>;
  readonly #held = new Map<Slot, { untilMs: number }>();
  #timer: NodeJS.Timeout | undefined;

  /** Called for a slot that could not be renewed in time: its session must end, since somebody else may have it. */
  onLost: (slot: Slot) => void = () => undefined;
  /** Called where more than one slot is held, and somebody waits who has none. */
  onWanted: () => void = () => undefined;

  constructor(partner: PartnerFile, systems: Pick<ConnectionSystems, 'table' | 'now'>) {
    this.#partner = partner;
    this.#systems = systems;
  }

  holds(slot: Slot): boolean {
    return this.#held.has(slot);
  }

  /**
   * Takes a slot, or says that there is none now. @param need `first`: there is nothing to go on with, and who holds more than
   * one is asked to give one back; `more`: whoever has none goes before.
   */
  async take(need: 'first' | 'more'): Promise<Slot | undefined> {
    const { table, now } = this.#systems;
    const room = await this.#room();
    for (const number of slotsToTry(room, need, Math.random())) {
      const slot = { partner: this.#partner.partner, number, holder: randomUUID() };
      const takenAt = now();
      if ((await takeSlot(table, slot, takenAt)) === 'in-use') continue;
      if (await this.#isOneTooMany(room)) {
        await giveBackSlot(table, slot, now().getTime());
        return undefined;
      }
      this.#held.set(slot, { untilMs: takenAt.getTime() + slotMs });
      this.#timer ??= this.#renewLater();
      return slot;
    }
    if (need === 'first' && (room.wantedUntilMs ?? 0) < room.nowMs + wishAgainMs) {
      await askForSlot(table, this.#partner.partner, room.nowMs + wishMs);
    }
    return undefined;
  }

  /** @param restMs how long the server may still count the session. Never throws: a slot that is not given back lapses. */
  async giveBack(slot: Slot, restMs: number): Promise<void> {
    if (!this.#held.delete(slot)) return;
    if (this.#held.size === 0) this.#stopRenewing();
    const { table, now } = this.#systems;
    await giveBackSlot(table, slot, now().getTime() + restMs).catch(() => {
      // The table is out of reach: the others wait until the slot lapses, and nothing else is lost.
    });
  }

  /**
   * Lowers the limit, because the server refused a session whose slot has been given back.
   * @returns how many slots of the partner are held, by whomever.
   */
  async lowerLimit(): Promise<number> {
    const { slots, lowered, nowMs } = await this.#room();
    const others = slots.filter(({ use }) => use === 'held').length;
    const after = afterRefusedSession(lowered, { others, nowMs });
    await recordLoweredLimit(this.#systems.table, this.#partner.partner, after);
    return others;
  }

  /** Renews what is held, and hears whether others want some of it. */
  async renew(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((slot) => this.#renewOne(slot)));
    if (this.#held.size <= 1) return;
    const { table, now } = this.#systems;
    const { wantedUntilMs = 0 } = await readBudget(table, this.#partner.partner);
    if (now().getTime() < wantedUntilMs) this.onWanted();
  }

  async #renewOne(slot: Slot): Promise<void> {
    const { table, now } = this.#systems;
    const at = now();
    const lease = this.#held.get(slot);
    const untilMs = lease?.untilMs ?? 0;
    const outcome = await renewSlot(table, slot, at).catch(() =>
      at.getTime() < untilMs ? 'not-renewed' : 'lost',
    );
    if (outcome === 'held' && lease !== undefined) lease.untilMs = at.getTime() + slotMs;
    if (outcome === 'lost' && this.#held.delete(slot)) this.onLost(slot);
  }

  #renewLater(): NodeJS.Timeout {
    return setTimeout(async () => {
      await this.renew().catch(() => {
        // The table is out of reach; there is another time before the slots lapse.
      });
      this.#timer = this.#held.size === 0 ? undefined : this.#renewLater();
    }, renewalMs).unref();
  }

  #stopRenewing(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** While less than all slots are in use, two workers may have taken the last one at once, each under another number. */
  async #isOneTooMany({ lowered, maxConnections, nowMs }: Room): Promise<boolean> {
    const limit = limitNow(lowered, maxConnections, nowMs);
    if (limit === maxConnections) return false;
    const { table, now } = this.#systems;
    return (await slotsInUse(table, this.#partner.partner, now())).length > limit;
  }

  async #room(): Promise<Room> {
    const { table, now } = this.#systems;
    const { partner, connection } = this.#partner;
    const at = now();
    const [slots, budget] = await Promise.all([slotsInUse(table, partner, at), readBudget(table, partner)]);
    return { slots, ...budget, maxConnections: connection.maxConnections, nowMs: at.getTime() };
  }
}
