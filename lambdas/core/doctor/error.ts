import type { FtpsErrorKind } from '../connection/ftps-error-kind.ts';
import { ftpsErrorRemedy } from '../connection/ftps-error-remedies.ts';
import { type ExaminedConnection, type ExaminedPartner, flowNames } from './examined-partner.ts';
import { type Finding, finding, type Setting } from './finding.ts';

/** An FTPS error that ended a step of the doctor. */
export interface FtpsErrorFacts {
  readonly error: FtpsErrorKind;
  /** The server's reply, or the socket's error. */
  readonly answer: string;
  /** What helps, where the answer tells more than the kind of the error. */
  readonly remedy?: string | undefined;
  /** The value of `connection.security` that the server speaks, where that is known. */
  readonly security?: 'explicit' | 'implicit' | undefined;
}

/** The finding for an FTPS error that ended a step of the doctor. */
export function evaluateError(facts: FtpsErrorFacts, partner: ExaminedPartner): Finding {
  const { error, answer, remedy, security } = facts;
  return finding('error', {
    found: `${error}: ${answer}`,
    means: partner.flows.length === 0 ? 'A flow would fail the same way.' : failSameWay(partner),
    advice: remedy ?? ftpsErrorRemedy(error, partner.connection),
    settings: security === undefined ? settingsToTry(error, partner.connection) : spokenSecurity(security),
  });
}

function failSameWay({ flows }: ExaminedPartner): string {
  return flows.length === 1
    ? `Flow ${flowNames(flows)} will fail the same way.`
    : `Flows ${flowNames(flows)} will fail the same way.`;
}

function settingsToTry(
  error: FtpsErrorKind,
  { port, security, maxConnections }: ExaminedConnection,
): readonly Setting[] {
  if (error === 'not-ftps') return otherSecurity(port, security);
  if (error !== 'too-many-connections' || maxConnections === 1) return [];
  return [{ path: ['connection', 'maxConnections'], value: 1, why: "or the partner's limit for this user" }];
}

function spokenSecurity(value: 'explicit' | 'implicit'): readonly Setting[] {
  return [{ path: ['connection', 'security'], value, why: 'what the server speaks on this port' }];
}

/** The other security mode, where the port is the standard one for it. */
function otherSecurity(port: number, security: 'explicit' | 'implicit'): readonly Setting[] {
  const why = 'if the partner confirms it';
  if (security === 'implicit' && port === 21) {
    return [{ path: ['connection', 'security'], value: 'explicit', why }];
  }
  if (security === 'explicit' && port === 990) {
    return [{ path: ['connection', 'security'], value: 'implicit', why }];
  }
  return [];
}
