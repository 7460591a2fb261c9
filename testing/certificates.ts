import 'reflect-metadata';
import { createSign, randomBytes, webcrypto } from 'node:crypto';
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

/** A certificate and its private key, as PEM text. */
export interface IssuedCertificate {
  /** The certificate alone, without that of its authority. */
  readonly certificatePem: string;
  /** PKCS #8, not encrypted. */
  readonly keyPem: string;
  /** The certificate followed by that of its authority, in one text, as servers read it. */
  readonly chain: string;
}

/** A certificate to issue. */
export interface CertificateRequest {
  /** DNS names and IP addresses for the subject alternative names. The first one is also the common name. */
  readonly names: readonly string[];
  /** Default: 20 days ago. */
  readonly notBefore?: Date;
  /** Default: a year from now. A date in the past gives an expired certificate. */
  readonly notAfter?: Date;
  /** Default: `server`. */
  readonly usage?: 'server' | 'client';
  /** Default: ECDSA with P-256. 1024 bits of RSA are too weak for today's clients. */
  readonly rsaBits?: 1024 | 2048;
  /**
   * Of the signature. Default: SHA-256. The others are too weak for today's clients: SHA-1, from an authority
   * with ECDSA, and MD5, from one with RSA.
   */
  readonly hash?: 'SHA-256' | 'SHA-1' | 'MD5';
}

/** A private certificate authority. Trust it with `ca: authority.certificatePem`. */
export interface Authority {
  /** The certificate of the authority itself, which is self-signed. */
  readonly certificatePem: string;
  /** Issues a certificate with a key of its own. */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

const dayMs = 24 * 60 * 60 * 1000;

/** The hash of every signature that does not ask for another one. */
const goodHash = 'SHA-256';

/**
 * Creates a certificate authority with an ECDSA P-256 key, the one curve that every server under test
 * supports, or with an RSA key. Its certificates are valid (RFC 5280), so clients verify them as in
 * production, unless a weak key or hash is asked for.
 */
export async function createAuthority(
  name: string,
  { rsaBits }: Pick<CertificateRequest, 'rsaBits'> = {},
): Promise<Authority> {
  const keys = await newKeys(rsaBits);
  const subject = `CN=${escapeName(name)}`;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject,
    issuer: subject,
    notBefore: new Date(Date.now() - 30 * dayMs),
    notAfter: new Date(Date.now() + 3650 * dayMs),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: signingAlgorithm(keys, goodHash),
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
  const keys = await newKeys(request.rsaBits);
  const { hash = goodHash } = request;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: `CN=${escapeName(request.names[0] ?? 'unnamed')}`,
    issuer,
    notBefore: request.notBefore ?? new Date(Date.now() - 20 * dayMs),
    notAfter: request.notAfter ?? new Date(Date.now() + 365 * dayMs),
    publicKey: keys.publicKey,
    signingKey: issuerKeys.privateKey,
    signingAlgorithm: signingAlgorithm(issuerKeys, hash === 'MD5' ? goodHash : hash),
    extensions: await leafExtensions(request, keys.publicKey, issuerKeys.publicKey),
  });
  const der = Buffer.from(certificate.rawData);
  if (hash === 'MD5') signWithMd5(der, await privateKeyPem(issuerKeys.privateKey));
  const certificatePem = `${PemConverter.encode(der, 'CERTIFICATE')}\n`;
  return { certificatePem, keyPem: await privateKeyPem(keys.privateKey), chain: certificatePem + issuerPem };
}

/** sha256WithRSAEncryption and md5WithRSAEncryption (RFC 8017, C), which differ in their last byte. */
const sha256WithRsa = Buffer.from('2a864886f70d01010b', 'hex');
const md5WithRsa = Buffer.from('2a864886f70d010104', 'hex');

/** Signs again, in place, a certificate that was signed with SHA-256 and RSA: WebCrypto has no MD5. */
function signWithMd5(der: Buffer, issuerKeyPem: string): void {
  for (let at = der.indexOf(sha256WithRsa); at >= 0; at = der.indexOf(sha256WithRsa, at + 1))
    md5WithRsa.copy(der, at);
  // The first element of the outer sequence, both with two bytes of length (X.690, 8.1.3).
  const signed = der.subarray(4, 8 + der.readUInt16BE(6));
  const signature = createSign('RSA-MD5').update(signed).sign(issuerKeyPem);
  signature.copy(der, der.length - signature.length);
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

function newKeys(rsaBits: number | undefined): Promise<webcrypto.CryptoKeyPair> {
  const algorithm =
    rsaBits === undefined
      ? { name: 'ECDSA', namedCurve: 'P-256' }
      : { name: rsa, hash: goodHash, modulusLength: rsaBits, publicExponent: new Uint8Array([1, 0, 1]) };
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

const rsa = 'RSASSA-PKCS1-v1_5';

function signingAlgorithm({ privateKey }: webcrypto.CryptoKeyPair, hash: 'SHA-256' | 'SHA-1') {
  return { name: privateKey.algorithm.name, hash };
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
