import { featuresTrait } from '../core/connection/known-server.ts';
import type { ExaminedPartner } from '../core/doctor/examined-partner.ts';
import { evaluateFeatures } from '../core/doctor/files.ts';
import {
  type DataTlsFacts,
  evaluatePassive,
  evaluateSessionReuse,
  type ListingTry,
  passiveTrait,
  sessionReuseTrait,
} from '../core/doctor/transfers.ts';
import { type RemotePath, rootPath } from '../core/path/remote-path.ts';
import { isPositive } from '../ftps/control/reply.ts';
import { type DataTlsProbe, probeDataTls } from '../ftps/probe/probe-data-tls.ts';
import { probePassive } from '../ftps/probe/probe-passive.ts';
import { type Session, wirePath } from '../ftps/session/session.ts';
import type { CheckContext } from './check-context.ts';
import type { DoctorSessions } from './doctor-sessions.ts';
import { stepResult } from './findings-recorder.ts';

/** Checks FEAT and how data connections are opened. */
export async function checkServer({ partner, recorder, sessions }: CheckContext): Promise<void> {
  await recorder.step('features', async () => {
    const { features, unusualEnd } = (await sessions.current()).capabilities;
    const names = features && [...features.keys()];
    const traits = names === undefined ? {} : { features: featuresTrait(names) };
    return stepResult(evaluateFeatures({ names, unusualEnd }), traits);
  });
  await recorder.step('passive', async () => {
    const facts = await probePassive(await sessions.current());
    return stepResult(evaluatePassive(facts, partner), { passive: passiveTrait(facts) });
  });
  await recorder.step('session-reuse', async () => {
    const facts = await readDataTls(sessions, partner);
    const trait = sessionReuseTrait(facts);
    return stepResult(evaluateSessionReuse(facts), trait === undefined ? {} : { 'session-reuse': trait });
  });
}

/**
 * The same command in turns with the TLS session of the control connection and with a new one, until one with
 * a new session is accepted, or the replies show that nothing but the TLS session decides.
 */
async function readDataTls(sessions: DoctorSessions, partner: ExaminedPartner): Promise<DataTlsFacts> {
  const directory = await enterFirst(await sessions.current(), partner);
  const list = (command: Command, tlsSession: DataTlsProbe['tlsSession']) =>
    listOnce(sessions, { command, directory, tlsSession });
  const { capabilities } = await sessions.current();
  const isMlsd = capabilities.mlsd && capabilities.features !== undefined;
  let command: Command = isMlsd ? 'MLSD' : 'LIST';
  let first = await list(command, 'of-control');
  if (isMlsd && first.answer !== 'accepted') {
    const withList = await list('LIST', 'of-control');
    if (withList.answer === 'accepted') [command, first] = ['LIST', withList];
  }
  const facts = { command, directory, offered: [first], withNewSession: [await list(command, 'new')] };
  if (first.answer !== 'accepted' || facts.withNewSession[0]?.answer === 'accepted') return facts;
  facts.offered.push(await list(command, 'of-control'));
  facts.withNewSession.push(await list(command, 'new'));
  return facts;
}

type Command = DataTlsProbe['command'];

/**
 * Lists once more where the first try only taught when TLS starts: pyftpdlib breaks the first data
 * connection, but not the second.
 */
async function listOnce(sessions: DoctorSessions, probe: DataTlsProbe): Promise<ListingTry> {
  const once = async () => {
    const found = await probeDataTls(await sessionIn(sessions, probe.directory), probe);
    if (found?.answer !== 'accepted' && probe.tlsSession === 'new') await sessions.end();
    return found;
  };
  const broken = { resumed: undefined, answer: { refused: 'the data connection broke before its TLS' } };
  return (await once()) ?? (await once()) ?? broken;
}

/**
 * Enters the first directory of a flow that allows it. @returns that directory; the root where none does,
 * although the session then stays in the login directory.
 */
async function enterFirst(session: Session, { flows }: ExaminedPartner): Promise<RemotePath> {
  for (const { remote } of flows) if (await enter(session, remote)) return remote;
  return rootPath;
}

async function sessionIn(sessions: DoctorSessions, directory: RemotePath): Promise<Session> {
  const session = await sessions.current();
  await enter(session, directory);
  return session;
}

async function enter(session: Session, directory: RemotePath): Promise<boolean> {
  return isPositive(await session.control.request(`CWD ${wirePath(session, directory)}`));
}
