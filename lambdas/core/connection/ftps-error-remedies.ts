import type { FtpsErrorKind } from './ftps-error-kind.ts';

/** What a remedy can name where it is known: settings of the partner file. */
export interface RemedyConnection {
  readonly port: number;
  readonly security: 'explicit' | 'implicit';
  /** The secret's name. */
  readonly secret: string;
  readonly tls: { readonly minVersion: string };
}

/**
 * What a person can do about an error of this kind, in one or two sentences. With the connection, the text
 * names its present settings. The message of a thrown FtpsError and the doctor's advice both come from here.
 *
 * @example
 * ftpsErrorRemedy('login-refused', { secret: 'ftps-sync/acme', ... })
 * // 'Put the right user and password into the secret ftps-sync/acme (connection.secret). ...'
 */
export function ftpsErrorRemedy(kind: FtpsErrorKind, connection?: RemedyConnection): string {
  const remedy = remedies[kind];
  return typeof remedy === 'string' ? remedy : remedy(connection);
}

/** For a server that is connected, and has not answered in time: another port or firewall would not help. */
export function slowServerRemedy(setting: 'connect' | 'reply' | 'data'): string {
  return `Try again; if the server needs longer, set connection.timeouts.${setting}; if it never answers, show this to the partner.`;
}

type Remedy = string | ((connection: RemedyConnection | undefined) => string);

const remedies: Readonly<Record<FtpsErrorKind, Remedy>> = {
  'host-not-found': 'Check connection.host, and that the network that the functions run in can resolve it.',
  'connection-refused': 'Check connection.port, and ask the partner whether its firewall allows our address.',
  timeout:
    'Try again; if it stays silent, check connection.port, connection.security and the firewalls on both sides.',
  'connection-lost': 'Try again; if it happens again, show this answer to the partner.',
  'not-ftps': notFtps,
  'tls-refused': (connection) =>
    `Ask the partner which TLS versions it offers (connection.tls.minVersion${valueText(connection?.tls.minVersion)}), and whether it requires a client certificate.`,
  'certificate-refused':
    'Ask the partner which certificate is right, then set connection.tls.ca, connection.tls.serverName or connection.tls.fingerprints. `npx ftps-sync doctor PARTNER` shows the certificate.',
  'client-certificate-refused': (connection) =>
    `Put clientCertificate and clientKey, and clientKeyPassphrase if the key is encrypted, into ${secretText(connection)}, and ask the partner to trust the authority that issued the certificate.`,
  'protection-refused':
    'Ask the partner to allow PROT P: without it files would travel unencrypted, so nothing is transferred.',
  'login-refused': (connection) =>
    `Put the right user and password into ${secretText(connection)}, with \`npx ftps-sync secret put PARTNER\`. A refused login is not retried, so that the partner does not lock the account.`,
  'account-required': (connection) =>
    `Ask the partner for the account (ACCT) of this user, and put it as "account" into ${secretText(connection)}, beside user and password: \`npx ftps-sync secret put PARTNER --from-file FILE\`. It has nothing to do with the password.`,
  'circuit-open': (connection) =>
    `Put the right user and password into ${secretText(connection)}: a new version of the secret closes the circuit at once.`,
  'too-many-connections':
    'Ask the partner for its limit for this user, and set connection.maxConnections to it; or wait until other sessions end.',
  'partner-busy': 'Wait until other flows of this partner have ended; runs retry it automatically.',
  gone: 'The file or directory no longer exists; the next listing leaves it out.',
  denied: 'Ask the partner to allow this user to do it.',
  refused: 'Ask the partner whether it exists, and what this user may do there.',
  'name-refused':
    'Check connection.encoding, and ask the partner whether its server allows this name and whether this user may write there.',
  'no-space': 'Ask the partner to free space or to raise the quota.',
  unavailable: 'Try again later; if it happens again, show this answer to the partner.',
  'wrong-size':
    'The bytes transferred are not used. Try again; if it happens again, show this answer to the partner.',
  'cannot-verify':
    'Ask the partner to allow SIZE, or to let this user list the directory. Where it does not, set verify: none in the flow: deliveries then rely on the 226 of the server alone. If only SIZE is refused, verify: listing may do.',
  changed: 'The bytes transferred are not used. The next listing shows the new version.',
  protocol: 'Show this answer to the partner: the protocol (RFC 959) does not allow it here.',
  'not-supported': 'This server cannot do it; no setting helps.',
};

function secretText(connection: RemedyConnection | undefined): string {
  return connection === undefined
    ? 'the secret (connection.secret)'
    : `the secret ${connection.secret} (connection.secret)`;
}

function valueText(value: string | undefined): string {
  return value === undefined ? '' : ` is ${value}`;
}

/** 21 and 990 are the ports that IANA assigned to FTP and to FTPS with implicit TLS. */
function notFtps(connection: RemedyConnection | undefined): string {
  const ask = 'ask the partner on which port it speaks FTPS. Plain FTP is not supported.';
  if (connection === undefined) return `Check connection.port and connection.security, and ${ask}`;
  const { port, security } = connection;
  return security === 'explicit'
    ? `Port ${port} does not offer AUTH TLS. Try connection.security: implicit, often on port 990, and ${ask}`
    : `Port ${port} does not begin with TLS. Try connection.security: explicit, often on port 21, and ${ask}`;
}
