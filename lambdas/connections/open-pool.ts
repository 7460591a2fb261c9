import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import { Pool } from '../ftps/session/pool.ts';
import type { ConnectionDependencies } from './connection-dependencies.ts';
import { PartnerConnections } from './partner-connections.ts';

export interface PoolDependencies extends ConnectionDependencies {
  /** The most sessions that the pool opens at once; undefined: as many as the partner allows. */
  readonly maxSessions?: number;
}

/**
 * A pool of sessions at the partner, each in a slot of the connection budget that all flows of the partner
 * share (docs/architecture.md, 'The connection budget'). The pool opens sessions on demand; the caller
 * disposes of it.
 */
export function openPool(partner: PartnerFile, dependencies: PoolDependencies): Pool {
  const { maxConnections } = partner.connection;
  const connections = new PartnerConnections(partner, dependencies);
  const pool = new Pool(
    (need, closed) => connections.open(need, AbortSignal.any([dependencies.deadline.signal, closed])),
    {
      maxSessions: Math.min(maxConnections, dependencies.maxSessions ?? maxConnections),
      onClosed: () => connections[Symbol.asyncDispose](),
    },
  );
  connections.onWanted = () => pool.closeOneSession();
  return pool;
}
