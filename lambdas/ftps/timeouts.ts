/** How long a partner may stay silent, in milliseconds. */
export interface Timeouts {
  /** From the first packet to the end of the login: a stalled TLS handshake would otherwise never end. */
  readonly loginMs: number;
  /** For the reply to a plain command. */
  readonly replyMs: number;
  /** For the TCP connection to a passive port. */
  readonly dataConnectMs: number;
  /** Without a byte during a transfer, while the receiving side is ready for more. */
  readonly idleMs: number;
  /** For the final reply after the last byte: some servers scan or archive the file before they answer. */
  readonly finalReplyMs: number;
  /** For the control reply that explains why the data connection broke. */
  readonly explanationMs: number;
  /** For the server's farewell to QUIT. */
  readonly quitMs: number;
}

/** As patient as the slowest servers need; each is far shorter than an invocation. */
export const defaultTimeouts: Timeouts = {
  // Pure-FTPd with an argon2 password file takes 4 s of CPU for one login.
  loginMs: 30_000,
  replyMs: 30_000,
  dataConnectMs: 15_000,
  idleMs: 60_000,
  finalReplyMs: 300_000,
  explanationMs: 3_000,
  quitMs: 1_000,
};
