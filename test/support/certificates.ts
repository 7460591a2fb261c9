import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate with its private key, all as PEM text. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  /** PKCS #8, not encrypted. */
  readonly keyPem: string;
  /** The certificate followed by its authority's, as servers want it in one file. */
  readonly chain: string;
}

interface CertificateRequest {
  /** DNS names and IP addresses, all written as subject alternative names; the first is the common name too. */
  readonly names: readonly string[];
  readonly notBefore?: Date;
  /** A year from now unless told; a date in the past makes an expired certificate. */
  readonly notAfter?: Date;
  /** What the certificate may be used for: `server` unless told. */
  readonly usage?: 'server' | 'client';
}

/** A private certificate authority. Trust it with `ca: authority.certificatePem`. */
export interface Authority {
  readonly certificatePem: string;
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

const dayMs = 24 * 60 * 60 * 1000;
const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' } as const;

/**
 * Makes a new certificate authority with an ECDSA P-256 key: the one curve that every server under test knows.
 * The certificates are real ones (RFC 5280): a client verifies them, nothing is switched off.
 */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const subject = `CN=${escapeName(name)}`;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject,
    issuer: subject,
    notBefore: new Date(Date.now() - 30 * dayMs),
    notAfter: new Date(Date.now() + 3650 * dayMs),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const certificatePem = `${certificate.toString('pem')}\n`;
  return {
    certificatePem,
    issue: (request) => issue({ request, issuer: subject, issuerKeys: keys, issuerPem: certificatePem }),
  };
}

interface Issue {
  readonly request: CertificateRequest;
  readonly issuer: string;
  readonly issuerKeys: webcrypto.CryptoKeyPair;
  readonly issuerPem: string;
}

async function issue({ request, issuer, issuerKeys, issuerPem }: Issue): Promise<IssuedCertificate> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: `CN=${escapeName(request.names[0] ?? 'unnamed')}`,
    issuer,
    notBefore: request.notBefore ?? new Date(Date.now() - 20 * dayMs),
    notAfter: request.notAfter ?? new Date(Date.now() + 365 * dayMs),
    publicKey: keys.publicKey,
    signingKey: issuerKeys.privateKey,
    signingAlgorithm,
    extensions: await leafExtensions(request, keys.publicKey, issuerKeys.publicKey),
  });
  const certificatePem = `${certificate.toString('pem')}\n`;
  return { certificatePem, keyPem: await privateKeyPem(keys.privateKey), chain: certificatePem + issuerPem };
}

async function leafExtensions(
  request: CertificateRequest,
  publicKey: webcrypto.CryptoKey,
  issuerKey: webcrypto.CryptoKey,
): Promise<Extension[]> {
  const usage = request.usage === 'client' ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth;
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([usage]),
    new SubjectAlternativeNameExtension(
      request.names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })),
    ),
    await SubjectKeyIdentifierExtension.create(publicKey),
    await AuthorityKeyIdentifierExtension.create(issuerKey),
  ];
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** Positive and unique: the first bit of a serial number is its sign (RFC 5280, 4.1.2.2). */
function newSerialNumber(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

function escapeName(name: string): string {
  return name.replace(/[,+"\\<>;=#]/g, '\\$&');
}
