import { createHash, X509Certificate } from 'node:crypto';
import { type DetailedPeerCertificate, rootCertificates, TLSSocket } from 'node:tls';
import type { ServerCertificate } from '../sync/server-certificate.ts';
import { escapeControls } from './reply.ts';
import type { Session } from './session.ts';

/** No honest chain is longer. */
const longestChain = 6;
const mostNames = 20;
const mostCharacters = 200;

/** The certificates that a server showed, its own first. Empty where it showed none, or the socket is gone. */
export function certificatesOf(socket: TLSSocket): readonly ServerCertificate[] {
  return detailedChain(socket).map(serverCertificate);
}

function detailedChain(socket: TLSSocket): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < longestChain) {
    chain.push(next);
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}

/** The certificate that the session's server showed, which was trusted; undefined where the session is gone. */
export function certificateOf({ control }: Pick<Session, 'control'>): ServerCertificate | undefined {
  return control.socket instanceof TLSSocket ? certificatesOf(control.socket)[0] : undefined;
}

/**
 * Whether the last certificate that the server sent is one that we trust, or was issued by one: by `ca`, else by the public
 * authorities. Dates do not count.
 */
export function isAnchored(socket: TLSSocket, ca: string | undefined): boolean {
  const last = detailedChain(socket).at(-1)?.raw;
  if (last === undefined) return false;
  const top = new X509Certificate(last);
  const trusted = ca === undefined ? rootCertificates : (ca.match(pem) ?? []);
  return trusted.some((text) => {
    const anchor = new X509Certificate(text);
    if (anchor.fingerprint256 === top.fingerprint256) return true;
    return top.checkIssued(anchor) && top.verify(anchor.publicKey);
  });
}

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

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
