import { setTimeout as sleep } from 'node:timers/promises';
import type { PartnerConnections } from '../connections/partner-connections.ts';
import type { PartnerId } from '../contract/ids.ts';
import { currentLimit } from '../core/connection/connection-limit.ts';
import type { ConnectionsFacts } from '../core/doctor/transfers.ts';
import type { Session } from '../ftps/session/session.ts';
import { readBudget } from '../ledger/connection/connection-budget.ts';
import type { Table } from '../ledger/table.ts';

export interface CountOptions {
  readonly partner: PartnerId;
  readonly allowed: number;
  readonly connections: PartnerConnections;
  readonly table: Table;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Opens sessions in addition to the first one, until there are as many as the partner file allows, the server
 * refuses one, or other flows have the rest. It never opens more than allowed, and closes all but the first.
 */
export async function countConnections(options: CountOptions): Promise<ConnectionsFacts> {
  const { allowed, signal } = options;
  const more: Session[] = [];
  if (allowed > 1) await sleep(settleMs, undefined, { signal });
  try {
    while (more.length + 1 < allowed) {
      const session = await openAnother(options, more.length + 1);
      if (session === undefined) break;
      more.push(session);
    }
    const opened = more.length + 1;
    return { opened, allowed, isRefused: opened < allowed && (await isLimit(options, opened)) };
  } finally {
    await Promise.all(more.map((session) => session.close()));
  }
}

/** The slots of the doctor's own earlier connections become free a second after their end. */
const settleMs = 1_500;

const retryPauseMs = 400;

/**
 * Longer than a request for a slot is valid (connections/held-slots.ts). The doctor itself may have made one
 * a moment ago, and while a request is valid no one who has a session gets another slot.
 */
const maxWaitMs = 6_000;

/** Undefined where the server refuses another session, or other flows have the rest. */
async function openAnother(options: CountOptions, opened: number): Promise<Session | undefined> {
  const { connections, signal } = options;
  for (const end = performance.now() + maxWaitMs; ; ) {
    const session = await connections.open('more', signal);
    if (session !== undefined) return session;
    if (performance.now() >= end || (await isLimit(options, opened))) return undefined;
    await sleep(retryPauseMs, undefined, { signal });
  }
}

/**
 * Whether the server has refused more sessions recently. That may have been to another flow; it must not be
 * tried again so soon.
 */
async function isLimit({ table, partner, allowed, now }: CountOptions, opened: number): Promise<boolean> {
  const { lowered } = await readBudget(table, partner);
  return currentLimit(lowered, allowed, now().getTime()) <= opened;
}
