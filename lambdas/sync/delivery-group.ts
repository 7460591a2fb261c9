import { createHash } from 'node:crypto';
import type { RemotePath } from './remote-path.ts';

/**
 * The message group of a delivery: `partner#slot`. One path always has the same slot, so its versions are delivered in
 * order; there are as many slots as connections, and one group is worked on by one function at a time.
 */
export function deliveryGroup(partner: string, path: RemotePath, connections: number): string {
  const slot = createHash('sha256').update(path).digest().readUInt32BE() % connections;
  return `${partner}#${slot}`;
}
