import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import { Backoff } from './backoff.ts';
import type { ConnectionDependencies } from './connection-dependencies.ts';
import { partnerBusy } from './connection-errors.ts';
import { HeldSlots } from './held-slots.ts';

/** Without QUIT, a server counts the connection until it notices its end. */
const restMs = 1_000;

/**
 * Runs work that needs a connection to the partner without a login, in a slot of the partner's connection
 * budget. It waits for a slot until half of the invocation has passed.
 * @throws FtpsError `partner-busy`; what `work` throws.
 */
export async function withConnectionSlot<T>(
  partner: PartnerFile,
  dependencies: ConnectionDependencies,
  work: () => Promise<T>,
): Promise<T> {
  const slots = new HeldSlots(partner, dependencies);
  const backoff = new Backoff(dependencies.deadline);
  let slot = await slots.take('first');
  while (slot === undefined) {
    if ((await backoff.pause(dependencies.deadline.signal)) === 'give-up') throw partnerBusy(partner);
    slot = await slots.take('first');
  }
  try {
    return await work();
  } finally {
    await slots.giveBack(slot, restMs);
  }
}
