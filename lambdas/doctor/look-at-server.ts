import { probeOwnSession, probeResumption } from '../ftps/probe-data-tls.ts';
import { probePassive } from '../ftps/probe-passive.ts';
import { isPositive } from '../ftps/reply.ts';
import { type Session, wirePath } from '../ftps/session.ts';
import { judgeFeatures } from '../sync/doctor-files.ts';
import {
  type DataTlsFacts,
  judgePassive,
  judgeSessionReuse,
  passiveTrait,
  sessionReuseTrait,
} from '../sync/doctor-transfers.ts';
import type { ExaminedPartner } from '../sync/examined-partner.ts';
import { featuresTrait } from '../sync/known-server.ts';
import { type RemotePath, rootPath } from '../sync/remote-path.ts';
import { type Chart, seen } from './chart.ts';
import type { DoctorSessions } from './doctor-sessions.ts';

export interface Examination {
  readonly partner: ExaminedPartner;
  readonly chart: Chart;
  readonly sessions: DoctorSessions;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** FEAT, and how data connections come about. */
export async function lookAtServer({ partner, chart, sessions }: Examination): Promise<void> {
  await chart.step('features', async () => {
    const { features } = (await sessions.current()).capabilities;
    const names = features && [...features.keys()];
    return seen(judgeFeatures({ names }), names === undefined ? {} : { features: featuresTrait(names) });
  });
  await chart.step('passive', async () => {
    const facts = await probePassive(await sessions.current());
    return seen(judgePassive(facts, partner), { passive: passiveTrait(facts) });
  });
  await chart.step('session-reuse', async () => {
    const facts = await dataTlsOf(sessions, partner);
    return seen(judgeSessionReuse(facts), { 'session-reuse': sessionReuseTrait(facts) });
  });
}

/** A server that begins TLS late (pyftpdlib) breaks the first data connection, and not the second. */
async function dataTlsOf(sessions: DoctorSessions, partner: ExaminedPartner): Promise<DataTlsFacts> {
  const directory = await enterAny(await sessions.current(), partner);
  const resumed =
    (await probeResumption(await sessions.current(), directory)) ??
    (await probeResumption(await entered(sessions, directory), directory));
  const withOwnSession = await probeOwnSession(await entered(sessions, directory), directory);
  if (withOwnSession !== 'accepted') await sessions.end();
  return { resumed, withOwnSession };
}

/** The first directory of a flow that can be entered; else the one that the login leads to, under the root's name. */
async function enterAny(session: Session, { flows }: ExaminedPartner): Promise<RemotePath> {
  for (const { remote } of flows) if (await enter(session, remote)) return remote;
  return rootPath;
}

async function entered(sessions: DoctorSessions, directory: RemotePath): Promise<Session> {
  const session = await sessions.current();
  await enter(session, directory);
  return session;
}

async function enter(session: Session, directory: RemotePath): Promise<boolean> {
  return isPositive(await session.control.request(`CWD ${wirePath(session, directory)}`));
}
