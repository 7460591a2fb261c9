import { randomUUID } from 'node:crypto';
import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import { slotRenewalMs } from '../contract/request-rates.ts';
import {
  currentLimit,
  findFreeSlots,
  limitAfterRefusal,
  type SlotRequest,
} from '../core/connection/connection-limit.ts';
import { readBudget, recordLoweredLimit, requestSlot } from '../ledger/connection/connection-budget.ts';
import {
  releaseSlot,
  renewSlot,
  type Slot,
  slotMs,
  slotsInUse,
  takeSlot,
} from '../ledger/connection/connection-slots.ts';
import type { ConnectionDependencies } from './connection-dependencies.ts';

/** How long a request for a slot is valid. A function that is still waiting renews it halfway. */
const requestMs = 5_000;
const renewRequestMs = 2_500;

/** The slots of one partner that this invocation holds. One timer renews them. */
export class HeldSlots {
  readonly #partner: PartnerFile;
  readonly #dependencies: Pick<ConnectionDependencies, 'table' | 'now'>;
  readonly #held = new Map<Slot, { untilMs: number }>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * Called for a slot that was not renewed in time: end its session, because another function may have it.
   */
  onLost: (slot: Slot) => void = () => undefined;
  /** Called while this invocation holds more than one slot and a function without one waits. */
  onWanted: () => void = () => undefined;

  constructor(partner: PartnerFile, dependencies: Pick<ConnectionDependencies, 'table' | 'now'>) {
    this.#partner = partner;
    this.#dependencies = dependencies;
  }

  holds(slot: Slot): boolean {
    return this.#held.has(slot);
  }

  /**
   * Takes a slot. @returns undefined where none is free now.
   * @param need `first`: the invocation has none, and asks those that hold several to give one back; `more`:
   * functions without a slot go first.
   */
  async take(need: 'first' | 'more'): Promise<Slot | undefined> {
    const { table, now } = this.#dependencies;
    const room = await this.#room();
    for (const number of findFreeSlots(room, need, Math.random())) {
      const slot = { partner: this.#partner.partner, number, holder: randomUUID() };
      const takenAt = now();
      if ((await takeSlot(table, slot, takenAt)) === 'in-use') continue;
      if (await this.#exceedsLimit(room)) {
        await releaseSlot(table, slot, now().getTime());
        return undefined;
      }
      this.#held.set(slot, { untilMs: takenAt.getTime() + slotMs });
      this.#timer ??= this.#scheduleRenewal();
      return slot;
    }
    if (need === 'first' && (room.wantedUntilMs ?? 0) < room.nowMs + renewRequestMs) {
      await requestSlot(table, this.#partner.partner, room.nowMs + requestMs);
    }
    return undefined;
  }

  /**
   * Releases a slot. It never throws: a slot that could not be released expires.
   * @param restMs how long the server may still count the session.
   */
  async giveBack(slot: Slot, restMs: number): Promise<void> {
    if (!this.#held.delete(slot)) return;
    if (this.#held.size === 0) this.#stopRenewing();
    const { table, now } = this.#dependencies;
    await releaseSlot(table, slot, now().getTime() + restMs).catch(() => {
      // The table cannot be reached: others wait until the slot expires; nothing else is lost.
    });
  }

  /**
   * Lowers the limit after the server has refused the session of a slot.
   * @returns how many other slots of the partner are held, by all functions.
   */
  async lowerLimit(refused: Slot): Promise<number> {
    const { slots, lowered, nowMs } = await this.#room();
    const others = slots.filter(({ use, number }) => use === 'held' && number !== refused.number).length;
    const after = limitAfterRefusal(lowered, { others, nowMs });
    await recordLoweredLimit(this.#dependencies.table, this.#partner.partner, after);
    return others;
  }

  /** Renews the held slots, and checks whether a function without one waits. */
  async renew(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((slot) => this.#renewOne(slot)));
    if (this.#held.size <= 1) return;
    const { table, now } = this.#dependencies;
    const { wantedUntilMs = 0 } = await readBudget(table, this.#partner.partner);
    if (now().getTime() < wantedUntilMs) this.onWanted();
  }

  async #renewOne(slot: Slot): Promise<void> {
    const { table, now } = this.#dependencies;
    const at = now();
    const lease = this.#held.get(slot);
    const untilMs = lease?.untilMs ?? 0;
    const outcome = await renewSlot(table, slot, at).catch(() =>
      at.getTime() < untilMs ? 'not-renewed' : 'lost',
    );
    if (outcome === 'held' && lease !== undefined) lease.untilMs = at.getTime() + slotMs;
    if (outcome === 'lost' && this.#held.delete(slot)) this.onLost(slot);
  }

  #scheduleRenewal(): NodeJS.Timeout {
    return setTimeout(async () => {
      await this.renew().catch(() => {
        // The table cannot be reached; the next renewal comes before the slots expire.
      });
      this.#timer = this.#held.size === 0 ? undefined : this.#scheduleRenewal();
    }, slotRenewalMs).unref();
  }

  #stopRenewing(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * Whether the taken slot exceeds a lowered limit: two functions may have taken the last one at the same
   * time, each with another number.
   */
  async #exceedsLimit({ lowered, maxConnections, nowMs }: SlotRequest): Promise<boolean> {
    const limit = currentLimit(lowered, maxConnections, nowMs);
    if (limit === maxConnections) return false;
    const { table, now } = this.#dependencies;
    return (await slotsInUse(table, this.#partner.partner, now())).length > limit;
  }

  async #room(): Promise<SlotRequest> {
    const { table, now } = this.#dependencies;
    const { partner, connection } = this.#partner;
    const at = now();
    const [slots, budget] = await Promise.all([slotsInUse(table, partner, at), readBudget(table, partner)]);
    return { slots, ...budget, maxConnections: connection.maxConnections, nowMs: at.getTime() };
  }
}
