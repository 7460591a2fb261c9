import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { classifyReply, classifySocketError, errorAnswer, replyAnswer } from '../control/classify-error.ts';
import { tuneSocket } from '../control/control.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { FtpsError, type FtpsErrorFacts } from '../ftps-error.ts';
import type { Session } from '../session/session.ts';
import { type Address, epsvPort, pasvAddress, repairedHost } from './passive-address.ts';

/** A TCP connection to a passive port of the server, for one file or listing over TLS. */
export interface DataConnection {
  readonly raw: Socket;
  /**
   * Starts TLS and resumes the TLS session of the control connection. Call it once.
   * @param transport carries the bytes of `raw`; default: `raw` itself.
   */
  readonly secure: (transport?: Duplex) => TLSSocket;
}

/** A passive mode command and its reply. */
export interface PassiveCommand {
  readonly name: 'EPSV' | 'PASV';
  readonly reply: Reply;
}

/**
 * Opens the data connection for the next command: with the passive mode that worked last, or EPSV (RFC 2428),
 * then with the other mode where the server does not support the first or its port cannot be reached.
 * `passive` is the reply to the first mode if the command was pipelined already.
 * @throws FtpsError; without a reply code, the session is gone.
 */
export async function openData(session: Session, passive?: PassiveCommand): Promise<DataConnection> {
  const first = passive ?? (await requestPassive(session, session.behaviour.passive ?? 'EPSV'));
  const opened = await tryOpen(session, first);
  if (!(opened instanceof FtpsError)) return opened;
  // A server whose session is gone has closed its passive port: the reason is that of the session.
  if (session.control.lost !== undefined) throw session.control.lost;
  const second = await requestPassive(session, first.name === 'EPSV' ? 'PASV' : 'EPSV');
  const reopened = await tryOpen(session, second);
  if (!(reopened instanceof FtpsError)) return reopened;
  session.behaviour.passive = undefined;
  // The error of the mode that is supported says more than `500 unknown command`.
  const error = reopened.kind === 'not-supported' ? opened : reopened;
  if (error.replyCode === undefined) session.control.drop(error);
  throw error;
}

async function requestPassive(session: Session, name: 'EPSV' | 'PASV'): Promise<PassiveCommand> {
  return { name, reply: await session.control.request(name) };
}

async function tryOpen(
  session: Session,
  { name, reply }: PassiveCommand,
): Promise<DataConnection | FtpsError> {
  if (!isPositive(reply)) {
    const kind = classifyReply(reply);
    return openError(session, { kind, answer: replyAnswer(reply), replyCode: reply.code });
  }
  const address = parseAddress(session, name, reply);
  if (address instanceof FtpsError) return address;
  const raw = await connectTcp(session, address);
  if (raw instanceof FtpsError) return raw;
  session.behaviour.passive = name;
  return {
    raw,
    secure: (transport = raw) => {
      const secure = connectTls({ ...session.ticket.resumingOptions(), socket: transport });
      session.ticket.learnFrom(secure);
      return secure;
    },
  };
}

function parseAddress(session: Session, name: 'EPSV' | 'PASV', reply: Reply): Address | FtpsError {
  const controlHost = session.control.socket.remoteAddress ?? '';
  if (name === 'EPSV') {
    const port = epsvPort(reply);
    return port === undefined
      ? openError(session, { kind: 'protocol', answer: replyAnswer(reply) })
      : { host: controlHost, port };
  }
  const announced = pasvAddress(reply);
  if (announced === undefined) return openError(session, { kind: 'protocol', answer: replyAnswer(reply) });
  const host = repairedHost(announced.host, controlHost);
  if (host !== undefined) return { host, port: announced.port };
  const answer = `PASV points to another host, ${announced.host}, which may be an FTP bounce attack (RFC 2577)`;
  return openError(session, { kind: 'protocol', answer });
}

function connectTcp(session: Session, address: Address): Promise<Socket | FtpsError> {
  const shown = `passive port ${address.port}`;
  return new Promise((resolve) => {
    const socket = new Socket();
    const { dataConnectMs } = session.timeouts;
    const timer = setTimeout(() => {
      socket.destroy();
      const answer = `${shown} did not answer within ${dataConnectMs / 1000} s`;
      resolve(openError(session, { kind: 'timeout', answer }));
    }, dataConnectMs);
    socket.once('error', (cause) => {
      clearTimeout(timer);
      // A closed passive port is a passing error of the server or a firewall: the server itself is up.
      const socketKind = classifySocketError(cause, 'open');
      const kind = socketKind === 'connection-refused' ? 'unavailable' : socketKind;
      resolve(openError(session, { kind, answer: `${shown}: ${errorAnswer(cause)}` }));
    });
    socket.connect(address, () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      tuneSocket(socket);
      resolve(socket);
    });
  });
}

function openError(
  session: Session,
  facts: Pick<FtpsErrorFacts, 'kind' | 'answer' | 'replyCode'>,
): FtpsError {
  const attempt = 'opening a data connection to';
  return new FtpsError({ ...facts, attempt, target: session.control.target });
}
