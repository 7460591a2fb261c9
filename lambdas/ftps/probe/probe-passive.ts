import { Socket } from 'node:net';
import type { PassiveFacts, PassiveMode } from '../../core/doctor/transfers.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { type Address, epsvPort, pasvAddress, repairedHost } from '../data/passive-address.ts';
import type { Session } from '../session/session.ts';

/**
 * Requests a data connection with EPSV and with PASV, and tests whether each address can be reached.
 * @throws FtpsError where the session is gone.
 */
export async function probePassive(session: Session): Promise<PassiveFacts> {
  const controlHost = (session.control.socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  const epsvReply = await session.control.request('EPSV');
  const epsv = await probeAddress(session, epsvReply, fromEpsv(epsvReply, controlHost));
  const pasvReply = await session.control.request('PASV');
  const pasv = await probeAddress(session, pasvReply, fromPasv(pasvReply, controlHost));
  return { epsv, pasv };
}

interface AnnouncedAddress extends Pick<PassiveMode, 'host'> {
  readonly address: Address;
  /** The address to connect to; undefined where it must not be followed. */
  readonly repaired: Address | undefined;
}

function fromEpsv(reply: Reply, host: string): AnnouncedAddress | undefined {
  const port = isPositive(reply) ? epsvPort(reply) : undefined;
  return port === undefined ? undefined : { host: 'same', address: { host, port }, repaired: { host, port } };
}

function fromPasv(reply: Reply, controlHost: string): AnnouncedAddress | undefined {
  const address = isPositive(reply) ? pasvAddress(reply) : undefined;
  if (address === undefined) return undefined;
  const host = repairedHost(address.host, controlHost);
  if (host === undefined) return { host: 'foreign', address, repaired: undefined };
  const isSame = address.host === controlHost;
  return { host: isSame ? 'same' : 'private', address, repaired: { host, port: address.port } };
}

async function probeAddress(
  session: Session,
  reply: Reply,
  announced: AnnouncedAddress | undefined,
): Promise<PassiveMode> {
  const { address, repaired, host } = announced ?? {};
  return {
    reply: reply.shown,
    host,
    address: address && `${address.host}:${address.port}`,
    reach: repaired && (await tryToReach(repaired, session.timeouts.dataConnectMs)),
  };
}

function tryToReach(address: Address, waitMs: number): Promise<PassiveMode['reach']> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (reach: PassiveMode['reach']) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reach);
    };
    const timer = setTimeout(() => end('silent'), waitMs);
    socket.once('error', () => end('closed'));
    socket.connect(address, () => end('open'));
  });
}
