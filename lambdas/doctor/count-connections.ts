import { setTimeout as sleep } from 'node:timers/promises';
import type { PartnerConnections } from '../connections/partner-connections.ts';
import type { PartnerId } from '../contract/ids.ts';
import type { Session } from '../ftps/session.ts';
import { readBudget } from '../ledger/connection-limit.ts';
import type { Table } from '../ledger/table.ts';
import { limitNow } from '../sync/connection-limit.ts';
import type { ConnectionsFacts } from '../sync/doctor-transfers.ts';

export interface Counting {
  readonly partner: PartnerId;
  readonly allowed: number;
  readonly connections: PartnerConnections;
  readonly table: Table;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Opens sessions beside the first, until there are as many as the partner file allows, the server refuses one, or other flows have
 * the rest. Never one more than allowed; all but the first are closed again.
 */
export async function countConnections(counting: Counting): Promise<ConnectionsFacts> {
  const { partner, allowed, table, now, signal } = counting;
  const more: Session[] = [];
  if (allowed > 1) await sleep(settleMs, undefined, { signal });
  try {
    while (more.length + 1 < allowed) {
      const session = await oneMore(counting);
      if (session === undefined) break;
      more.push(session);
    }
    const opened = more.length + 1;
    const { lowered } = await readBudget(table, partner);
    // It may have been refused to another flow, a minute ago: nobody is to try it again so soon.
    const isRefused = limitNow(lowered, allowed, now().getTime()) <= opened && opened < allowed;
    return { opened, allowed, isRefused };
  } finally {
    await Promise.all(more.map((session) => session.close()));
  }
}

/** The doctor's own earlier connections rest for a second, in case that the server still counts them. */
const settleMs = 1_500;

/** For those that other flows have just ended. */
const pauseMs = 400;
const tries = 3;

async function oneMore({ connections, signal }: Counting): Promise<Session | undefined> {
  for (let left = tries; left > 0; left--) {
    const session = await connections.open('more', signal);
    if (session !== undefined) return session;
    await sleep(pauseMs, undefined, { signal });
  }
  return undefined;
}
