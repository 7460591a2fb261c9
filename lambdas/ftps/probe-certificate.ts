import { createHash } from 'node:crypto';
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ServerCertificate } from '../sync/server-certificate.ts';
import { escapeControls } from './reply.ts';
import type { Session } from './session.ts';

/** No honest chain is longer. */
const longestChain = 6;
const mostNames = 20;
const mostCharacters = 200;

/** The certificates that a server showed, its own first. Empty where it showed none, or the socket is gone. */
export function certificatesOf(socket: TLSSocket): readonly ServerCertificate[] {
  const chain: ServerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < longestChain) {
    chain.push(serverCertificate(next));
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}

/** The certificate that the session's server showed, which was trusted; undefined where the session is gone. */
export function certificateOf({ control }: Pick<Session, 'control'>): ServerCertificate | undefined {
  return control.socket instanceof TLSSocket ? certificatesOf(control.socket)[0] : undefined;
}

function serverCertificate(certificate: DetailedPeerCertificate): ServerCertificate {
  const subject = distinguishedName(certificate.subject);
  const issuer = distinguishedName(certificate.issuer);
  return {
    subject,
    issuer,
    names: alternativeNames(certificate.subjectaltname),
    validFrom: new Date(certificate.valid_from),
    expiresAt: new Date(certificate.valid_to),
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    isSelfSigned: subject === issuer,
  };
}

/** `CN=ftps.acme.example, O=Acme`. An attribute that is there several times has several values. */
function distinguishedName(name: object | undefined): string {
  const parts = Object.entries(name ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  return escapeControls(parts.join(', ')).slice(0, mostCharacters);
}

/** `DNS:a.example, IP Address:192.0.2.1` without what kind of name each is. */
function alternativeNames(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? [])
    .slice(0, mostNames)
    .map((name) => escapeControls(name).slice(0, mostCharacters));
}
