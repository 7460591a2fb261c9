import type { Connection } from '../contract/partner-file/connection.ts';
import { partnerTimeouts, type Timeouts } from '../ftps/session/timeouts.ts';

/** Shorter than for flows: a person is waiting, and no file depends on it. */
const ownTimeouts = {
  loginMs: 15_000,
  replyMs: 10_000,
  dataConnectMs: 5_000,
  idleMs: 15_000,
  finalReplyMs: 15_000,
} as const;

/** How long the doctor waits: a server that is known to need longer gets what its partner file says. */
export function doctorTimeouts(connection: Pick<Connection, 'timeouts'>): Partial<Timeouts> {
  return { ...ownTimeouts, ...partnerTimeouts(connection) };
}
