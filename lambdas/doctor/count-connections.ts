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
  const { allowed, signal } = counting;
  const more: Session[] = [];
  if (allowed > 1) await sleep(settleMs, undefined, { signal });
  try {
    while (more.length + 1 < allowed) {
      const session = await oneMore(counting, more.length + 1);
      if (session === undefined) break;
      more.push(session);
    }
    const opened = more.length + 1;
    return { opened, allowed, isRefused: opened < allowed && (await isLimit(counting, opened)) };
  } finally {
    await Promise.all(more.map((session) => session.close()));
  }
}

/** The doctor's own earlier connections rest for a second, in case that the server still counts them. */
const settleMs = 1_500;

const pauseMs = 400;

/**
 * Longer than a wish for a slot is heard (connections/held-slots.ts): the doctor itself may have said one a moment ago, when all slots
 * were resting, and nobody who has a session opens another one meanwhile.
 */
const patienceMs = 6_000;

/** Undefined where the server has refused one more, or other flows have the rest. */
async function oneMore(counting: Counting, opened: number): Promise<Session | undefined> {
  const { connections, signal } = counting;
  for (const end = performance.now() + patienceMs; ; ) {
    const session = await connections.open('more', signal);
    if (session !== undefined) return session;
    if (performance.now() >= end || (await isLimit(counting, opened))) return undefined;
    await sleep(pauseMs, undefined, { signal });
  }
}

/** Whether the server was seen to refuse more: it may have been to another flow, a minute ago, and nobody is to try it again so soon. */
async function isLimit({ table, partner, allowed, now }: Counting, opened: number): Promise<boolean> {
  const { lowered } = await readBudget(table, partner);
  return limitNow(lowered, allowed, now().getTime()) <= opened;
}
