import { createHash, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, rootCertificates, TLSSocket } from 'node:tls';
import type { ServerCertificate } from '../../core/connection/server-certificate.ts';
import { escapeControls } from './reply.ts';

/** Real chains are shorter. This bounds what a server can make us parse. */
const maxChainLength = 6;
const maxNames = 20;
const maxNameCharacters = 200;

/**
 * The certificates that the server sent, its own first. Empty where it sent none, or the socket is closed.
 */
export function peerCertificates(socket: TLSSocket): readonly ServerCertificate[] {
  return detailedChain(socket).map(serverCertificate);
}

function detailedChain(socket: TLSSocket): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < maxChainLength) {
    chain.push(next);
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}

/** The server's certificate, which the session has verified; undefined where the session is gone. */
export function sessionCertificate(session: {
  readonly control: { readonly socket: Socket };
}): ServerCertificate | undefined {
  const { socket } = session.control;
  return socket instanceof TLSSocket ? peerCertificates(socket)[0] : undefined;
}

const presented = new WeakMap<TLSSocket, readonly ServerCertificate[]>();

/**
 * Keeps what the server presents on this socket, before Node.js verifies it: a socket whose certificate is
 * refused is destroyed, and then shows none. Call it before the handshake.
 */
export function keepPresented(socket: TLSSocket): void {
  socket.prependListener('secure', () => presented.set(socket, peerCertificates(socket)));
}

/** What {@link keepPresented} has kept, the server's own certificate first; empty where it presented none. */
export function presentedOn(socket: TLSSocket): readonly ServerCertificate[] {
  return presented.get(socket) ?? [];
}

/**
 * Whether the last certificate that the server sent is trusted or was issued by a trusted one: one in `ca`,
 * else one of the public authorities. Validity dates are ignored.
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
    ...keyAndSignature(certificate.raw),
  };
}

function keyAndSignature(der: Buffer): Pick<ServerCertificate, 'key' | 'signature'> {
  try {
    const { publicKey, signatureAlgorithm } = new X509Certificate(der);
    const { asymmetricKeyType = '', asymmetricKeyDetails: details = {} } = publicKey;
    const { modulusLength, namedCurve } = details;
    const size = modulusLength === undefined ? namedCurve : `${modulusLength} bits`;
    const key = [asymmetricKeyType.toUpperCase(), size].filter((part) => part).join(', ');
    return { key, signature: signatureAlgorithm };
  } catch {
    // A key of a kind that OpenSSL cannot read: the rest of the certificate is still worth showing.
    return {};
  }
}

/** `CN=ftps.acme.example, O=Acme`. */
function distinguishedName(name: object | undefined): string {
  const parts = Object.entries(name ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  return escapeControls(parts.join(', ')).slice(0, maxNameCharacters);
}

/** `DNS:a.example, IP Address:192.0.2.1` without the types of the names (RFC 5280, 4.2.1.6). */
function alternativeNames(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? [])
    .slice(0, maxNames)
    .map((name) => escapeControls(name).slice(0, maxNameCharacters));
}
