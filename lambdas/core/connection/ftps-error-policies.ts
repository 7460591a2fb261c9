import type { FtpsErrorKind } from './ftps-error-kind.ts';

export interface FtpsErrorPolicy {
  /** Whether a retry a moment later may succeed. */
  readonly retryable: boolean;
  /** `file`: other files can continue. `partner`: continuing with other files is useless or harmful. */
  readonly scope: 'file' | 'partner';
}

const fileRetryable: FtpsErrorPolicy = { scope: 'file', retryable: true };
const fileFinal: FtpsErrorPolicy = { scope: 'file', retryable: false };
const partnerRetryable: FtpsErrorPolicy = { scope: 'partner', retryable: true };
const partnerFinal: FtpsErrorPolicy = { scope: 'partner', retryable: false };

/**
 * What is done about each kind of error. A refused login is never retried, because partners lock accounts.
 */
export const ftpsErrorPolicies: Readonly<Record<FtpsErrorKind, FtpsErrorPolicy>> = {
  'host-not-found': partnerRetryable,
  'connection-refused': partnerRetryable,
  timeout: fileRetryable,
  'connection-lost': fileRetryable,
  'not-ftps': partnerFinal,
  'tls-refused': partnerFinal,
  'certificate-refused': partnerFinal,
  'client-certificate-refused': partnerFinal,
  'protection-refused': partnerFinal,
  'login-refused': partnerFinal,
  'account-required': partnerFinal,
  'circuit-open': partnerFinal,
  'too-many-connections': partnerRetryable,
  'partner-busy': partnerRetryable,
  gone: fileFinal,
  denied: fileFinal,
  refused: fileFinal,
  'name-refused': fileFinal,
  'no-space': fileFinal,
  unavailable: fileRetryable,
  'wrong-size': fileRetryable,
  // Nothing that a retry changes: the partner grants a right, or the flow does without.
  'cannot-verify': fileFinal,
  // The file has to settle first: the next listing decides.
  changed: fileFinal,
  protocol: fileFinal,
  'not-supported': fileFinal,
};
