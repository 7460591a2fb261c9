/** A certificate that a server showed. */
export interface ServerCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** The host names and addresses it is for, as the certificate has them. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly expiresAt: Date;
  /** SHA-256 of its DER: 64 lower-case hex digits, as `tls.fingerprints` has them. */
  readonly fingerprint: string;
  readonly isSelfSigned: boolean;
}

/** How long before its end a certificate is worth a word: a partner's renewal takes weeks. */
export const expiryWarningDays = 21;

const dayMs = 24 * 60 * 60_000;

/** Whole days; none on the last one, and less where it has ended. */
export function daysLeft({ expiresAt }: Pick<ServerCertificate, 'expiresAt'>, now: Date): number {
  return Math.floor((expiresAt.getTime() - now.getTime()) / dayMs);
}
