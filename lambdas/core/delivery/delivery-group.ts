import { createHash } from 'node:crypto';
import type { RemotePath } from '../path/remote-path.ts';

/**
 * The SQS message group of a delivery, `partner#slot`. A path always has the same slot, so its versions are
 * delivered in order. There is one slot per connection, and one function at a time processes a group.
 *
 * The slot is the one with the highest hash of slot and path (rendezvous hashing). So another number of
 * connections moves only the paths of the slots that come or go, and the messages of a path seldom stand in
 * two groups.
 */
export function deliveryGroup(partner: string, path: RemotePath, connections: number): string {
  let highest = { slot: 0, weight: -1 };
  for (let slot = 0; slot < connections; slot++) {
    const weight = createHash('sha256').update(`${slot} ${path}`).digest().readUIntBE(0, 6);
    if (weight > highest.weight) highest = { slot, weight };
  }
  return `${partner}#${highest.slot}`;
}
