import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../contract/partner-file/connection.ts';
import { evaluateCertificate, evaluateTls, type TlsFacts } from '../core/doctor/certificate.ts';
import { evaluateError, type FtpsErrorFacts } from '../core/doctor/error.ts';
import type { ExaminedPartner } from '../core/doctor/examined-partner.ts';
import { type Finding, finding } from '../core/doctor/finding.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { bestTlsVersion, ProbedConnection, resolveHost } from '../ftps/probe/probed-connection.ts';
import { type FindingsRecorder, stepResult } from './findings-recorder.ts';

export interface LoginCheck {
  readonly partner: ExaminedPartner;
  readonly connection: Connection;
  readonly recorder: FindingsRecorder;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

export interface LoginCheckResult {
  /**
   * Whether a login may follow. `try`: the handshake failed, perhaps for lack of our client certificate; only
   * a session can tell.
   */
  readonly kind: 'ready' | 'try' | 'unreachable';
  readonly tls: TlsFacts | undefined;
}

const unreachable = { kind: 'unreachable', tls: undefined } as const;

/**
 * Checks everything up to the login: host name, port, greeting, TLS and certificate, over one connection that
 * sends no user and no password.
 */
export async function checkLogin(check: LoginCheck): Promise<LoginCheckResult> {
  const { connection, recorder, signal } = check;
  using probed = new ProbedConnection(connection, signal);
  const resolve = async () => stepResult(evaluateAddresses(await resolveHost(connection)));
  if (await recorder.step('dns', resolve)) return unreachable;
  const connect = async () => stepResult(evaluateTcp(await probed.connect(), connection));
  if (await recorder.step('tcp', connect)) return unreachable;
  const greet = () =>
    recorder.step('greeting', async () => stepResult(evaluateGreeting((await probed.greet()).shown)));
  if (connection.security === 'explicit' && (await greet())) return unreachable;
  const result = await checkTls(check, probed);
  if (connection.security === 'implicit' && result.tls !== undefined && (await greet())) {
    return { ...result, kind: 'unreachable' };
  }
  return result;
}

async function checkTls(check: LoginCheck, probed: ProbedConnection): Promise<LoginCheckResult> {
  const { partner, recorder, now } = check;
  const read: { tls: TlsFacts | undefined } = { tls: undefined };
  const error = await recorder.step('tls', async () => {
    read.tls = await probed.secure();
    return stepResult(evaluateTls(read.tls), { tls: read.tls.version });
  });
  const { tls } = read;
  if (tls === undefined) return await explainTlsError(check, probed, error);
  const findings = evaluateCertificate(tls, partner, now());
  await recorder.step('certificate', async () => ({ findings }));
  const isTrusted = findings.every(({ level }) => level !== 'error');
  return { kind: isTrusted ? 'ready' : 'unreachable', tls };
}

/** Gives the server time to see the end of the first connection before the second one. */
const pauseBetweenMs = 1_000;

/** Finds out whether a failed handshake is due to the TLS version. */
async function explainTlsError(
  { partner, connection, recorder, signal }: LoginCheck,
  probed: ProbedConnection,
  error: unknown,
): Promise<LoginCheckResult> {
  if (!(error instanceof FtpsError)) return unreachable;
  if (error.kind === 'client-certificate-refused') return { kind: 'try', tls: undefined };
  if (error.kind !== 'tls-refused') return unreachable;
  probed[Symbol.dispose]();
  await sleep(pauseBetweenMs, undefined, { signal });
  const version = await bestTlsVersion(connection, signal);
  const { minVersion } = connection.tls;
  if (version === undefined || version >= minVersion) {
    // A known cause needs no second try: only a client certificate could make a difference.
    return { kind: error.remedy === undefined ? 'try' : 'unreachable', tls: undefined };
  }
  recorder.replace('tls', evaluateOldTls({ error: error.kind, answer: error.answer }, version, partner));
  return unreachable;
}

function evaluateAddresses(addresses: readonly string[]): Finding {
  return finding('ok', { found: addresses.join(', '), means: 'The functions can resolve the host.' });
}

function evaluateTcp(address: string, { port }: Connection): Finding {
  return finding('ok', {
    found: `${address}, port ${port}`,
    means: 'No firewall blocks the control connection.',
  });
}

function evaluateGreeting(reply: string): Finding {
  return finding('ok', { found: reply, means: 'An FTP server answers and accepts another connection.' });
}

function evaluateOldTls(error: FtpsErrorFacts, version: string, partner: ExaminedPartner): Finding {
  const { minVersion } = partner.connection.tls;
  const isAllowed = version === 'TLSv1.2';
  return {
    ...evaluateError(error, partner),
    found: `the server supports at most ${version}, but connection.tls.minVersion is ${minVersion}`,
    advice: isAllowed
      ? 'Set connection.tls.minVersion to TLSv1.2.'
      : 'The partner must offer TLS 1.2 or later: older versions are insecure, and no setting allows them.',
    settings: isAllowed
      ? [
          {
            path: ['connection', 'tls', 'minVersion'],
            value: 'TLSv1.2',
            why: 'the highest version of the server',
          },
        ]
      : [],
  };
}
