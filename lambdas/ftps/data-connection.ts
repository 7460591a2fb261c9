import { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { classifyReply, classifySocketError, errorAnswer, replyAnswer } from './classify.ts';
import { tuneSocket } from './control.ts';
import { FtpsError, type FtpsErrorFacts } from './ftps-error.ts';
import { type Address, epsvPort, pasvAddress, repairedHost } from './passive.ts';
import { isPositive, type Reply } from './reply.ts';
import type { Session } from './session.ts';

/** A TCP connection to the server's passive port, over which one file or listing will come in TLS. */
export interface DataConnection {
  readonly raw: Socket;
  /** Starts TLS, resuming the control connection's session. Called once. */
  readonly secure: () => TLSSocket;
}

/** What the command of a passive mode is answered with: the replies of commands sent before it in one go, and itself. */
export interface PassiveCommand {
  readonly name: 'EPSV' | 'PASV';
  readonly reply: Reply;
}

/**
 * Opens the data connection for the next command: EPSV (RFC 2428), then PASV where it is not known or its port cannot
 * be reached. `asked` is the reply to the mode that works here, where it was asked together with other commands.
 * @throws FtpsError; where it has no reply code, the session is gone.
 */
export async function openData(session: Session, asked?: PassiveCommand): Promise<DataConnection> {
  const first = asked ?? (await ask(session, session.habits.passive ?? 'EPSV'));
  const opened = await tryOpen(session, first);
  if (!(opened instanceof FtpsError)) return opened;
  const second = session.lost ? undefined : await ask(session, first.name === 'EPSV' ? 'PASV' : 'EPSV');
  const reopened = second === undefined ? opened : await tryOpen(session, second);
  if (!(reopened instanceof FtpsError)) return reopened;
  session.habits.passive = undefined;
  // The error of the mode that got further says more than `500 unknown command`.
  const error = reopened.kind === 'not-supported' ? opened : reopened;
  if (error.replyCode === undefined) session.control.drop(error);
  throw error;
}

async function ask(session: Session, name: 'EPSV' | 'PASV'): Promise<PassiveCommand> {
  return { name, reply: await session.control.request(name) };
}

async function tryOpen(
  session: Session,
  { name, reply }: PassiveCommand,
): Promise<DataConnection | FtpsError> {
  if (!isPositive(reply)) {
    const kind = classifyReply(reply);
    return failure(session, { kind, answer: replyAnswer(reply), replyCode: reply.code });
  }
  const address = addressOf(session, name, reply);
  if (address instanceof FtpsError) return address;
  const raw = await connectTcp(session, address);
  if (raw instanceof FtpsError) return raw;
  session.habits.passive = name;
  return {
    raw,
    secure: () => {
      const secure = connectTls({ ...session.ticket.resumingOptions(), socket: raw });
      session.ticket.learnFrom(secure);
      return secure;
    },
  };
}

function addressOf(session: Session, name: 'EPSV' | 'PASV', reply: Reply): Address | FtpsError {
  const controlHost = session.control.socket.remoteAddress ?? '';
  if (name === 'EPSV') {
    const port = epsvPort(reply);
    return port === undefined
      ? failure(session, { kind: 'protocol', answer: replyAnswer(reply) })
      : { host: controlHost, port };
  }
  const announced = pasvAddress(reply);
  if (announced === undefined) return failure(session, { kind: 'protocol', answer: replyAnswer(reply) });
  const host = repairedHost(announced.host, controlHost);
  if (host !== undefined) return { host, port: announced.port };
  const answer = `PASV sends us to another host, ${announced.host}, which is how an FTP bounce attack looks`;
  return failure(session, { kind: 'protocol', answer });
}

function connectTcp(session: Session, address: Address): Promise<Socket | FtpsError> {
  const shown = `passive port ${address.port}`;
  return new Promise((resolve) => {
    const socket = new Socket();
    const { dataConnectMs } = session.timeouts;
    const timer = setTimeout(() => {
      socket.destroy();
      const answer = `${shown} does not answer within ${dataConnectMs / 1000} s`;
      resolve(failure(session, { kind: 'timeout', answer }));
    }, dataConnectMs);
    socket.once('error', (cause) => {
      clearTimeout(timer);
      // A closed passive port is the server's or a firewall's trouble of the moment: the server itself is there.
      const fault = classifySocketError(cause, 'open');
      const kind = fault === 'connection-refused' ? 'unavailable' : fault;
      resolve(failure(session, { kind, answer: `${shown}: ${errorAnswer(cause)}` }));
    });
    socket.connect(address, () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      tuneSocket(socket);
      resolve(socket);
    });
  });
}

function failure(session: Session, facts: Pick<FtpsErrorFacts, 'kind' | 'answer' | 'replyCode'>): FtpsError {
  const attempt = 'opening a data connection to';
  return new FtpsError({ ...facts, attempt, target: session.control.target });
}
