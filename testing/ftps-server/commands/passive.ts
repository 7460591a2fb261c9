import { listenPassive } from '../connection/passive-listener.ts';
import { reply } from '../connection/reply.ts';
import type { Command, Session } from '../connection/session.ts';

/** EPSV (RFC 2428, 3): announces only the port; the host is that of the control connection. */
export const extendedPassive: Command = async (session, argument) => {
  if (!session.server.settings.features.epsv) return reply(500, 'EPSV not understood.');
  if (argument.toUpperCase() === 'ALL') {
    session.onlyEpsv = true;
    return reply(200, 'EPSV ALL understood.');
  }
  const port = await listen(session);
  return reply(229, `Entering Extended Passive Mode (|||${port}|)`);
};

/** PASV (RFC 959, 4.1.2): announces host and port as six numbers. */
export const passive: Command = async (session) => {
  if (session.onlyEpsv) return reply(501, 'Only EPSV after EPSV ALL.');
  const port = await listen(session);
  const host =
    session.fault?.kind === 'passive-host' ? session.fault.host : (session.socket.localAddress ?? '0.0.0.0');
  const numbers = [...host.replace('::ffff:', '').split('.'), port >> 8, port & 255];
  return reply(227, `Entering Passive Mode (${numbers.join(',')}).`);
};

async function listen(session: Session): Promise<number> {
  session.passive?.close();
  const listener = await listenPassive(session.server.settings.host, session.socket.remoteAddress);
  session.passive = listener;
  return listener.port;
}
