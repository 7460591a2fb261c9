import type { FtpsFault } from './ftps-fault.ts';

/** What is done about a fault. */
export interface FaultPolicy {
  /** Whether the same may go well a moment later. */
  readonly again: boolean;
  /** Whom it concerns: this file alone, or everything at this partner, so that going on is useless or harmful. */
  readonly scope: 'file' | 'partner';
}

const ofFileAgain: FaultPolicy = { scope: 'file', again: true };
const ofFile: FaultPolicy = { scope: 'file', again: false };
const ofPartnerAgain: FaultPolicy = { scope: 'partner', again: true };
const ofPartner: FaultPolicy = { scope: 'partner', again: false };

/** The one table of it. A refused login is never tried again: partners lock accounts. */
export const faultPolicies: Readonly<Record<FtpsFault, FaultPolicy>> = {
  'host-not-found': ofPartnerAgain,
  'connection-refused': ofPartnerAgain,
  timeout: ofFileAgain,
  'connection-lost': ofFileAgain,
  'not-ftps': ofPartner,
  'tls-refused': ofPartner,
  'certificate-refused': ofPartner,
  'client-certificate-refused': ofPartner,
  'protection-refused': ofPartner,
  'login-refused': ofPartner,
  'circuit-open': ofPartner,
  'too-many-connections': ofPartnerAgain,
  'partner-busy': ofPartnerAgain,
  gone: ofFile,
  denied: ofFile,
  refused: ofFile,
  'name-refused': ofFile,
  'no-space': ofFile,
  unavailable: ofFileAgain,
  'wrong-size': ofFileAgain,
  // It has to settle first: the next listing decides.
  changed: ofFile,
  protocol: ofFile,
  'not-supported': ofFile,
};

/** How long to wait before the given retry of a file (the first is 1): short, since other files wait for the session. */
export function fileRetryDelayMs(retry: number): number {
  return 500 * 2 ** (retry - 1);
}

/** Tries of one file within one run. */
export const triesPerFile = 3;
