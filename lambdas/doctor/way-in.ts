import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../contract/connection.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { bestTlsVersion, ProbedConnection, resolveHost } from '../ftps/probe-connection.ts';
import { judgeCertificate, judgeTls, type TlsFacts } from '../sync/doctor-certificate.ts';
import { judgeFault } from '../sync/doctor-fault.ts';
import { type Judgement, judged } from '../sync/doctor-finding.ts';
import type { ExaminedPartner } from '../sync/examined-partner.ts';
import { type Chart, seen } from './chart.ts';

export interface WayIn {
  readonly partner: ExaminedPartner;
  readonly connection: Connection;
  readonly chart: Chart;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** How far it goes: `try`: TLS failed without a certificate of ours, which a session would show. */
export interface WayInResult {
  readonly kind: 'open' | 'try' | 'closed';
  readonly tls: TlsFacts | undefined;
}

/** From the host's name to its certificate, over one connection that logs in nowhere. */
export async function lookAtTheWayIn(way: WayIn): Promise<WayInResult> {
  const { connection, chart, signal } = way;
  const closed = { kind: 'closed', tls: undefined } as const;
  using probed = new ProbedConnection(connection, signal);
  if (await chart.step('dns', async () => seen(judgeAddresses(await resolveHost(connection))))) return closed;
  if (await chart.step('tcp', async () => seen(judgeTcp(await probed.connect(), connection)))) return closed;
  const greet = () => chart.step('greeting', async () => seen(judgeGreeting((await probed.greet()).shown)));
  if (connection.security === 'explicit' && (await greet())) return closed;
  const result = await lookAtTls(way, probed);
  if (connection.security === 'implicit' && result.tls !== undefined && (await greet())) {
    return { ...result, kind: 'closed' };
  }
  return result;
}

async function lookAtTls(way: WayIn, probed: ProbedConnection): Promise<WayInResult> {
  const { partner, chart, now } = way;
  const read: { tls: TlsFacts | undefined } = { tls: undefined };
  const obstacle = await chart.step('tls', async () => {
    read.tls = await probed.secure();
    return seen(judgeTls(read.tls), { tls: read.tls.version });
  });
  const { tls } = read;
  if (tls === undefined) return await withoutTls(way, probed, obstacle);
  const judgements = judgeCertificate(tls, partner, now());
  await chart.step('certificate', async () => ({ judgements }));
  const isTrusted = judgements.every(({ level }) => level !== 'problem');
  return { kind: isTrusted ? 'open' : 'closed', tls };
}

/** The server must have seen the end of the first connection before it is asked for a second one. */
const betweenMs = 1_000;

async function withoutTls(way: WayIn, probed: ProbedConnection, obstacle: unknown): Promise<WayInResult> {
  const { partner, connection, chart, signal } = way;
  if (!(obstacle instanceof FtpsError)) return { kind: 'closed', tls: undefined };
  if (obstacle.kind === 'client-certificate-refused') return { kind: 'try', tls: undefined };
  if (obstacle.kind !== 'tls-refused') return { kind: 'closed', tls: undefined };
  probed[Symbol.dispose]();
  await sleep(betweenMs, undefined, { signal });
  const version = await bestTlsVersion(connection, signal);
  const { minVersion } = connection.tls;
  if (version === undefined || version >= minVersion) return { kind: 'try', tls: undefined };
  chart.replace('tls', judgeOldTls({ fault: obstacle.kind, answer: obstacle.answer, version }, partner));
  return { kind: 'closed', tls: undefined };
}

function judgeAddresses(addresses: readonly string[]): Judgement {
  return judged('ok', { found: addresses.join(', '), means: 'The network of the functions knows the host.' });
}

function judgeTcp(address: string, { port }: Connection): Judgement {
  return judged('ok', {
    found: `${address}, port ${port}`,
    means: 'No firewall is in the way of the control connection.',
  });
}

function judgeGreeting(shown: string): Judgement {
  return judged('ok', { found: shown, means: 'An FTP server is there, and has room.' });
}

function judgeOldTls(
  {
    version,
    ...obstacle
  }: { readonly fault: 'tls-refused'; readonly answer: string; readonly version: string },
  partner: ExaminedPartner,
): Judgement {
  const { minVersion } = partner.connection.tls;
  const isAllowed = version === 'TLSv1.2';
  return {
    ...judgeFault(obstacle, partner),
    found: `the server speaks ${version} at best, and connection.tls.minVersion is ${minVersion}`,
    advice: isAllowed
      ? 'Set connection.tls.minVersion to TLSv1.2.'
      : 'The partner has to offer TLS 1.2 or newer: older versions are broken, and no setting allows them.',
    settings: isAllowed
      ? [{ path: ['connection', 'tls', 'minVersion'], value: 'TLSv1.2', why: 'all that the server has' }]
      : [],
  };
}
