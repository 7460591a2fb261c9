import type { Connection } from '../../contract/partner-file/connection.ts';
import { durationMs } from '../../contract/partner-file/settings.ts';

/** How long a server may stay silent, in milliseconds. */
export interface Timeouts {
  /** From the first packet to the end of the login, TLS handshake included. */
  readonly loginMs: number;
  /** For the greeting, before a second connection asks whether the server's TLS is implicit. */
  readonly greetingMs: number;
  /** For the reply to a plain command. */
  readonly replyMs: number;
  /** For the rest of a reply that has begun: it is one write, so only lost packets delay it. */
  readonly unfinishedMs: number;
  /** For the TCP connection to a passive port. */
  readonly dataConnectMs: number;
  /** Without a byte during a transfer, while our side is ready for more. */
  readonly idleMs: number;
  /** For the final reply after the last byte: some servers scan or archive the file first. */
  readonly finalReplyMs: number;
  /** For the control reply that explains why the data connection broke. */
  readonly explanationMs: number;
  /** For the server to hang up after QUIT. */
  readonly quitMs: number;
}

/** Long enough for the slowest servers, and far shorter than an invocation. */
export const defaultTimeouts: Timeouts = {
  // Pure-FTPd with an argon2 password file needs 4 s of CPU for one login.
  loginMs: 30_000,
  greetingMs: 5_000,
  replyMs: 30_000,
  unfinishedMs: 5_000,
  dataConnectMs: 15_000,
  idleMs: 60_000,
  finalReplyMs: 300_000,
  explanationMs: 3_000,
  quitMs: 1_000,
};

/** What `connection.timeouts` of the partner file sets; the others are left out. */
export function partnerTimeouts({ timeouts = {} }: Pick<Connection, 'timeouts'>): Partial<Timeouts> {
  const { connect, reply, data } = timeouts;
  return {
    ...(connect === undefined ? {} : { loginMs: durationMs(connect), dataConnectMs: durationMs(connect) }),
    ...(reply === undefined ? {} : { replyMs: durationMs(reply) }),
    ...(data === undefined
      ? {}
      : { idleMs: durationMs(data), finalReplyMs: Math.max(durationMs(data), defaultTimeouts.finalReplyMs) }),
  };
}
