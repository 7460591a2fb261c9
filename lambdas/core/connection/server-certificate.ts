/** A certificate that a server presented. */
export interface ServerCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** The host names and addresses in the certificate. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly expiresAt: Date;
  /** SHA-256 of its DER encoding, 64 lower-case hex digits as in `tls.fingerprints`. */
  readonly fingerprint: string;
  readonly isSelfSigned: boolean;
  /** `RSA, 2048 bits`; undefined where it is unknown. */
  readonly key?: string | undefined;
  /** How it is signed: `sha256WithRSAEncryption`; undefined where it is unknown. */
  readonly signature?: string | undefined;
}

/** How many days before its expiry a certificate is reported: a partner's renewal takes weeks. */
export const expiryWarningDays = 21;

const dayMs = 24 * 60 * 60_000;

/** The remaining whole days; 0 on the last day, negative once expired. */
export function daysLeft({ expiresAt }: Pick<ServerCertificate, 'expiresAt'>, now: Date): number {
  return Math.floor((expiresAt.getTime() - now.getTime()) / dayMs);
}
