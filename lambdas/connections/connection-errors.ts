import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import type { OpenCircuit } from '../core/connection/circuit.ts';
import { FtpsError } from '../ftps/ftps-error.ts';

/**
 * The circuit is open: logins were refused, so no function connects to the partner. Nothing was sent to it.
 */
export class CircuitOpenError extends FtpsError {
  /** Milliseconds until the circuit closes; a new version of the secret closes it earlier. */
  readonly waitMs: number;

  constructor({ connection }: PartnerFile, refused: OpenCircuit, now: Date) {
    const { count, firstAtMs, openUntilMs, message } = refused;
    super({
      kind: 'circuit-open',
      attempt: 'connecting to',
      target: `${connection.host}:${connection.port}`,
      answer:
        `the login was refused ${count} times since ${isoTime(firstAtMs)} (${message}); ` +
        `no function connects before ${isoTime(openUntilMs)}, then one tries the login`,
    });
    this.waitMs = Math.max(0, openUntilMs - now.getTime());
  }
}

/**
 * Other functions have all connections that `connection.maxConnections` allows, and none became free in time.
 */
export function partnerBusy({ partner, connection }: PartnerFile): FtpsError {
  return new FtpsError({
    kind: 'partner-busy',
    attempt: 'getting a connection to',
    target: `${connection.host}:${connection.port}`,
    answer: `other flows of '${partner}' have all its connections (connection.maxConnections is ${connection.maxConnections})`,
  });
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
