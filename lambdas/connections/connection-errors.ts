import type { PartnerFile } from '../contract/partner-file.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { OpenCircuit } from '../sync/circuit.ts';

/** Nobody connects to the partner now, because logins were refused. Nothing was sent to it. */
export class CircuitOpenError extends FtpsError {
  /** How long it stays so, unless the secret gets another version. */
  readonly waitMs: number;

  constructor({ connection }: PartnerFile, refused: OpenCircuit, now: Date) {
    const { count, firstAtMs, openUntilMs, message } = refused;
    super({
      kind: 'circuit-open',
      attempt: 'connecting to',
      target: `${connection.host}:${connection.port}`,
      answer:
        `since ${isoTime(firstAtMs)} the login was refused ${count} times (${message}), ` +
        `so that nobody connects before ${isoTime(openUntilMs)}, and then one alone`,
    });
    this.waitMs = Math.max(0, openUntilMs - now.getTime());
  }
}

/** Every connection that the partner allows us is in use by other functions, and none came free while there was time to wait. */
export function partnerBusy({ partner, connection }: PartnerFile): FtpsError {
  return new FtpsError({
    kind: 'partner-busy',
    attempt: 'getting a connection to',
    target: `${connection.host}:${connection.port}`,
    answer: `other flows of '${partner}' have all its connections (connection.maxConnections: ${connection.maxConnections})`,
  });
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
