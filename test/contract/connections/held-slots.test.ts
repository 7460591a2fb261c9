import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HeldSlots } from '../../../lambdas/connections/held-slots.ts';
import { slotRenewalMs } from '../../../lambdas/contract/request-rates.ts';
import { type Slot, slotMs, slotsInUse } from '../../../lambdas/ledger/connection/connection-slots.ts';
import { useTable } from '../ledger/test-table.ts';
import { PartnerFixture } from './partner-fixture.ts';

const ledger = useTable();
const start = (maxConnections: number) => PartnerFixture.start(() => ledger.table, maxConnections);

/** The slots of a worker, and what it was told about them. */
function worker(partner: PartnerFixture) {
  const slots = new HeldSlots(partner.file, partner.dependencies());
  const told: string[] = [];
  slots.onWanted = () => void told.push('wanted');
  slots.onLost = ({ number }) => void told.push(`lost ${number}`);
  const held: Slot[] = [];
  onTestFinished(async () => {
    for (const slot of held) await slots.giveBack(slot, 0);
  });
  const take = async (need: 'first' | 'more') => {
    const slot = await slots.take(need);
    if (slot !== undefined) held.push(slot);
    return slot;
  };
  return { slots, told, take };
}

describe('a worker that renews its connection slots', () => {
  it('hears of another one that waits for its first, while it has two', async () => {
    const partner = await start(2);
    const { slots, told, take } = worker(partner);
    await take('first');
    await take('more');
    const refused = await worker(partner).take('first');

    await slots.renew();

    expect([refused, told]).toEqual([undefined, ['wanted']]);
  });

  it('hears that a slot was lost, so that it ends a session that would be one too many', async () => {
    const partner = await start(1);
    const { slots, told, take } = worker(partner);
    await take('first');
    partner.aheadMs = slotMs;
    const other = await worker(partner).take('first');

    await slots.renew();

    expect([other?.number, told]).toEqual([0, ['lost 0']]);
  });

  it('does so by a timer, before the slot expires', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timers.mockRestore());
    const partner = await start(1);
    await worker(partner).take('first');
    const [renewal] = timers.mock.calls.filter(([, ms]) => ms === slotRenewalMs);
    partner.aheadMs = slotRenewalMs;

    await renewal?.[0]();

    partner.aheadMs = slotMs;
    expect(await slotsInUse(partner.table, partner.name, partner.now())).toEqual([
      { number: 0, use: 'held' },
    ]);
  });
});
