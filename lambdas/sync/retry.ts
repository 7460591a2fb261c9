import type { FtpsFault } from './ftps-fault.ts';

/** What is done about a fault. */
export interface FaultPolicy {
  /** Whether the same may go well a moment later. */
  readonly again: boolean;
  /** Whom it concerns: this file alone, or everything at this partner, so that going on is useless or harmful. */
  readonly scope: 'file' | 'partner';
  /** What a person can do, as a sentence. */
  readonly remedy: string;
}

/** The one table of it. A refused login is never tried again: partners lock accounts. */
export const faultPolicies: Readonly<Record<FtpsFault, FaultPolicy>> = {
  'host-not-found': partner('again', 'Check connection.host and that this network resolves it.'),
  'connection-refused': partner('again', 'Check connection.host and port, and the firewall on both sides.'),
  timeout: file('again', 'The partner stayed silent; look at its load and at the network between.'),
  'connection-lost': file('again', 'The partner hung up; look at its log and its idle limits.'),
  'not-ftps': partner('never', 'Check connection.security and port: the server does not speak TLS there.'),
  'tls-refused': partner('never', 'No common TLS version or cipher; see connection.tls.minVersion.'),
  'certificate-refused': partner(
    'never',
    'Check connection.tls: ca, serverName, fingerprints; or the certificate has expired.',
  ),
  'client-certificate-refused': partner(
    'never',
    'Put the client certificate and key that the partner knows into the secret.',
  ),
  'protection-refused': partner(
    'never',
    'The server will not encrypt files (PROT P); ask the partner to allow it.',
  ),
  'login-refused': partner('never', 'Check user and password in the secret; nothing was tried twice.'),
  'too-many-connections': partner('again', 'Lower connection.maxConnections to what the partner allows.'),
  gone: file('never', 'It was listed and is no longer there; the next run looks again.'),
  denied: file('never', 'The account may not read it; ask the partner for the right.'),
  refused: file('never', 'The server refused it; its own log says why.'),
  'name-refused': file('never', 'The server does not take this name; see connection.encoding.'),
  'no-space': file('never', 'The partner has no space left.'),
  unavailable: file('again', 'The server could not just now.'),
  'wrong-size': file('again', 'What came was not what the server announced; the next run tries again.'),
  changed: file('again', 'The partner changed it meanwhile; the next run takes it when it has settled.'),
  protocol: file('never', 'The server answered outside the protocol.'),
  'not-supported': file('never', 'The server lacks a command that is needed.'),
};

function partner(again: 'again' | 'never', remedy: string): FaultPolicy {
  return { again: again === 'again', scope: 'partner', remedy };
}

function file(again: 'again' | 'never', remedy: string): FaultPolicy {
  return { again: again === 'again', scope: 'file', remedy };
}
