import type { FtpsFault } from '../sync/ftps-fault.ts';
import type { RemotePath } from '../sync/remote-path.ts';

export interface FtpsErrorFacts {
  readonly kind: FtpsFault;
  /** What was being done, in the form `reading`, `logging in to`. */
  readonly attempt: string;
  /** What it was done to: a path, or `host:port`. */
  readonly target: string;
  /** What came back: the server's reply, the socket's error, or a deadline. Never a secret. */
  readonly answer: string;
  readonly path?: RemotePath | undefined;
  readonly replyCode?: number | undefined;
  readonly cause?: unknown;
}

/**
 * Something went wrong at the partner. With a `replyCode` other than 421 and 530 the session is still usable;
 * without one it is gone.
 */
export class FtpsError extends Error {
  override readonly name = 'FtpsError';
  readonly kind: FtpsFault;
  readonly answer: string;
  readonly replyCode: number | undefined;
  readonly path: RemotePath | undefined;

  constructor(facts: FtpsErrorFacts) {
    super(`${facts.attempt} ${facts.target} failed: ${asSentence(facts.answer)} ${remedies[facts.kind]}`, {
      cause: facts.cause,
    });
    this.kind = facts.kind;
    this.answer = facts.answer;
    this.replyCode = facts.replyCode;
    this.path = facts.path;
  }
}

/** What a person can do next, for each kind. */
const remedies: Record<FtpsFault, string> = {
  'host-not-found': 'Check connection.host, and that this network can resolve it.',
  'connection-refused': 'Check connection.port, and that the partner allows this address.',
  timeout: 'Try again; if it stays, check port, security (explicit or implicit) and the firewall.',
  'connection-lost': 'Try again with a new session.',
  'not-ftps': 'Check connection.port and connection.security: this server does not offer what they say.',
  'tls-refused':
    'Check tls.minVersion against what the partner offers, and whether it wants a client certificate.',
  'certificate-refused':
    'Check tls.ca, tls.serverName and tls.fingerprints with the partner before trusting anything else.',
  'client-certificate-refused':
    'Check clientCertificate, clientKey and clientKeyPassphrase in the secret, and that the partner trusts their authority.',
  'protection-refused':
    'Ask the partner to allow PROT P: without it files would travel in the clear, so nothing is sent.',
  'login-refused':
    'Check user and password in the secret. It is not tried again, so that the account is not locked.',
  'circuit-open': 'Put the right password into the secret: a new version of it closes the circuit at once.',
  'too-many-connections': 'Lower connection.maxConnections, or wait until other sessions end.',
  'partner-busy': 'It is tried again by itself, and ends well once the others are done.',
  gone: 'It is no longer there; list again.',
  denied: 'Ask the partner to allow this user to do it.',
  refused: 'Ask the partner whether it exists, and what this user may do there.',
  'name-refused':
    'Check connection.encoding, whether the server can have such a name, and whether this user may write there.',
  'no-space': 'Ask the partner to free space or raise the quota.',
  unavailable: 'Try again later.',
  'wrong-size': 'Nothing of it may be used; try again, and ask the partner if it stays.',
  changed: 'Nothing of it may be used; the next listing shows the new version.',
  protocol: 'Show this answer to the partner: it is not what RFC 959 allows here.',
  'not-supported': 'This server cannot do it.',
};

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
