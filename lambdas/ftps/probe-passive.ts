import { Socket } from 'node:net';
import type { PassiveFacts, PassiveWay } from '../sync/doctor-transfers.ts';
import { type Address, epsvPort, pasvAddress, repairedHost } from './passive.ts';
import { isPositive, type Reply } from './reply.ts';
import type { Session } from './session.ts';

/** Asks for a data connection in both ways, connects to each address that may be connected to, and lets it go. @throws FtpsError */
export async function probePassive(session: Session): Promise<PassiveFacts> {
  const controlHost = (session.control.socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  const epsvReply = await session.control.request('EPSV');
  const epsv = await tried(session, epsvReply, byPort(epsvReply, controlHost));
  const pasvReply = await session.control.request('PASV');
  const pasv = await tried(session, pasvReply, byAddress(pasvReply, controlHost));
  return { epsv, pasv };
}

interface Named extends Pick<PassiveWay, 'host'> {
  readonly address: Address;
  /** Where it is to be connected to instead; undefined: nowhere. */
  readonly repaired: Address | undefined;
}

function byPort(reply: Reply, host: string): Named | undefined {
  const port = isPositive(reply) ? epsvPort(reply) : undefined;
  return port === undefined ? undefined : { host: 'same', address: { host, port }, repaired: { host, port } };
}

function byAddress(reply: Reply, controlHost: string): Named | undefined {
  const address = isPositive(reply) ? pasvAddress(reply) : undefined;
  if (address === undefined) return undefined;
  const host = repairedHost(address.host, controlHost);
  if (host === undefined) return { host: 'foreign', address, repaired: undefined };
  const isSame = address.host === controlHost;
  return { host: isSame ? 'same' : 'private', address, repaired: { host, port: address.port } };
}

async function tried(session: Session, reply: Reply, named: Named | undefined): Promise<PassiveWay> {
  const { address, repaired, host } = named ?? {};
  return {
    reply: reply.shown,
    host,
    address: address && `${address.host}:${address.port}`,
    reach: repaired && (await reachOf(repaired, session.timeouts.dataConnectMs)),
  };
}

function reachOf(address: Address, waitMs: number): Promise<PassiveWay['reach']> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (reach: PassiveWay['reach']) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reach);
    };
    const timer = setTimeout(() => end('silent'), waitMs);
    socket.once('error', () => end('closed'));
    socket.connect(address, () => end('open'));
  });
}
