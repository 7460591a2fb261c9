import type { PartnerFile } from '../contract/partner-file.ts';
import { Pool } from '../ftps/pool.ts';
import type { ConnectionSystems } from './connection-systems.ts';
import { PartnerConnections } from './partner-connections.ts';

/** A pool of sessions at the partner, each in a slot of its budget. They are opened when work asks for them. */
export function openPool(
  partner: PartnerFile,
  systems: ConnectionSystems,
  maxSessions = partner.connection.maxConnections,
): Pool {
  const connections = new PartnerConnections(partner, systems);
  const pool = new Pool(
    (need, closed) => connections.open(need, AbortSignal.any([systems.deadline.signal, closed])),
    { maxSessions, onClosed: () => connections[Symbol.asyncDispose]() },
  );
  connections.onWanted = () => pool.giveOneBack();
  return pool;
}
