import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Reply, reply } from '../connection/reply.ts';
import { secure } from '../connection/server-tls.ts';
import type { LoggedTransfer, Session } from '../connection/session.ts';
import type { FaultAction } from '../faults.ts';
import { QuotaExceededError } from './quota.ts';
import { type TransferScript, transferScript } from './transfer-script.ts';

type UnusedData = Extract<FaultAction, { kind: 'unused-data' }>;

/** How long the server waits for the client's data connection. */
const acceptTimeoutMs = 10_000;

/** How long bytes that a client has already sent may take between two sockets of this machine. */
const earlyTlsMs = 30;

/** An open data connection: the TCP socket, and the socket for the payload. */
export interface DataConnection {
  readonly raw: Socket;
  /** The same as `raw` where the data connection is unencrypted. */
  readonly socket: Socket;
}

export interface Transfer {
  readonly command: string;
  /** For the transfer log. */
  readonly path: string;
  /**
   * Moves the payload. If it throws, the transfer ends with 451, or with 426 where the connection is lost.
   */
  readonly move: (
    connection: DataConnection,
    script: TransferScript,
    logged: LoggedTransfer,
  ) => Promise<void>;
}

/**
 * Runs one transfer over the passive connection that the client requested: accepts its TCP connection, sends
 * 150, performs the TLS handshake (clients may begin it before or after their command), moves the payload,
 * and returns the final reply. The script says how the session's fault changes this.
 */
export async function transfer(
  session: Session,
  { command, path, move }: Transfer,
): Promise<Reply | undefined> {
  const refusal = refuseProtection(session);
  if (refusal !== undefined) return refusal;
  const { passive } = session;
  if (passive === undefined) return reply(425, 'Use EPSV or PASV first.');
  session.passive = undefined;
  const raw = await passive.accepted(acceptTimeoutMs).catch(() => undefined);
  if (raw === undefined) {
    passive.close();
    return reply(425, 'No data connection arrived.');
  }
  const { transfers } = session.server;
  session.server.track(raw);
  session.abortTransfer = () => raw.destroy();
  const logged: LoggedTransfer = {
    session: session.id,
    command,
    path,
    bytes: 0,
    tlsVersion: undefined,
    resumed: false,
    replyCode: undefined,
  };
  transfers.push(logged);
  const script = transferScript(session.fault, session.server.settings.features);
  const { fault } = session;
  if (fault?.kind === 'unused-data') return leaveUnused(session, raw, fault);
  const isEarly = await startsTlsEarly(session, raw);
  session.send(reply(150, `Opening data connection for ${command}.`));
  try {
    const final = await run({ session, raw, isEarly, script, logged, move });
    logged.replyCode = final?.code;
    return final;
  } finally {
    session.abortTransfer = undefined;
  }
}

async function leaveUnused(
  session: Session,
  raw: Socket,
  { ends, begins = 'with-150', code = 226, text = 'Transfer complete.' }: UnusedData,
): Promise<Reply> {
  if (begins === 'with-150') session.send(reply(150, 'Opening data connection.'));
  // What the client has sent must be read: a FIN with unread bytes would become a reset.
  raw.resume();
  if (ends === 'reset') raw.resetAndDestroy();
  else if (ends === 'fin') await new Promise<void>((resolve) => raw.end(resolve));
  return reply(code, text);
}

interface Running {
  readonly session: Session;
  readonly raw: Socket;
  readonly isEarly: boolean;
  readonly script: TransferScript;
  readonly logged: LoggedTransfer;
  readonly move: Transfer['move'];
}

async function run({ session, raw, isEarly, script, logged, move }: Running): Promise<Reply | undefined> {
  if (script.handshake === 'stall') return undefined;
  if (isEarly) {
    raw.resetAndDestroy();
    return undefined;
  }
  const opened = await open(session, raw).catch(() => undefined);
  if (opened === undefined) {
    raw.destroy();
    return reply(425, 'The TLS handshake on the data connection failed.');
  }
  const { socket } = opened;
  if (socket instanceof TLSSocket) {
    logged.tlsVersion = socket.getProtocol() ?? undefined;
    logged.resumed = socket.isSessionReused();
    if (session.server.settings.requireSessionReuse && !logged.resumed) {
      raw.resetAndDestroy();
      return reply(522, 'The data connection must resume the TLS session of the control connection.');
    }
  }
  try {
    await move(opened, script, logged);
  } catch (error) {
    const lost = socket.destroyed;
    raw.destroy();
    if (error instanceof QuotaExceededError) return error.reply;
    return lost ? reply(426, 'The data connection was lost.') : reply(451, `Local error: ${String(error)}`);
  }
  if (script.finalDelayMs > 0)
    await new Promise((resolve) => setTimeout(resolve, script.finalDelayMs).unref());
  return script.finalReply === 'never' ? undefined : script.finalReply;
}

async function open(session: Session, raw: Socket): Promise<DataConnection> {
  if (session.protection === 'clear') return { raw, socket: raw };
  const { dataContext: secureContext, settings } = session.server;
  return { raw, socket: await secure({ socket: raw, secureContext, settings }) };
}

/** Whether the client's TLS began before its command. Only checked by a server that refuses this. */
async function startsTlsEarly(session: Session, raw: Socket): Promise<boolean> {
  const { refuseEarlyTls } = session.server.settings.features;
  const isRefused = typeof refuseEarlyTls === 'function' ? refuseEarlyTls() : refuseEarlyTls;
  if (!isRefused) return false;
  if (raw.bytesRead === 0) await new Promise((resolve) => setTimeout(resolve, earlyTlsMs).unref());
  return raw.bytesRead > 0;
}

function refuseProtection(session: Session): Reply | undefined {
  const clearAllowed = session.server.settings.features.clearData;
  if (session.protection === 'private' || clearAllowed) return undefined;
  return reply(521, 'Data connections must be encrypted: send PBSZ 0 and PROT P (RFC 4217, 12.3).');
}
