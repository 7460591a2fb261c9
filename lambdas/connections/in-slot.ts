import type { PartnerFile } from '../contract/partner-file.ts';
import { partnerBusy } from './connection-errors.ts';
import type { ConnectionSystems } from './connection-systems.ts';
import { HeldSlots } from './held-slots.ts';
import { Patience } from './patience.ts';

/** A server that was not told goodbye counts the connection until it has seen its end. */
const restMs = 1_000;

/**
 * Does what needs a connection to the partner without a login, in a slot of the budget that all its functions share; waits for one
 * until half of the invocation is over. @throws FtpsError `partner-busy`; what `work` throws.
 */
export async function inSlot<T>(
  partner: PartnerFile,
  systems: ConnectionSystems,
  work: () => Promise<T>,
): Promise<T> {
  const slots = new HeldSlots(partner, systems);
  const patience = new Patience(systems.deadline);
  let slot = await slots.take('first');
  while (slot === undefined) {
    if ((await patience.pause(systems.deadline.signal)) === 'over') throw partnerBusy(partner);
    slot = await slots.take('first');
  }
  try {
    return await work();
  } finally {
    await slots.giveBack(slot, restMs);
  }
}
