import type { DataTlsFacts } from '../sync/doctor-transfers.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import { openData } from './data-connection.ts';
import { FtpsError } from './ftps-error.ts';
import { type Received, receive } from './receive.ts';
import { isPositive } from './reply.ts';
import type { Session } from './session.ts';

/** Enough of a listing to know that data connections work; the rest of a large one is not waited for. */
const enoughBytes = 256 * 1024;

/**
 * Lists a directory over a data connection that offers the control connection's TLS session. Undefined where none came about, and
 * where its TLS was begun too early or too late for this server, which the next one does otherwise. @throws FtpsError
 */
export async function probeResumption(session: Session, directory: RemotePath): Promise<boolean | undefined> {
  const { isReused } = await listOver(session, directory);
  return isReused;
}

/** The same with a TLS session of its own. The session may be gone afterwards. @throws FtpsError */
export async function probeOwnSession(
  session: Session,
  directory: RemotePath,
): Promise<DataTlsFacts['withOwnSession']> {
  try {
    const { end } = await listOver(withOwnSessions(session), directory);
    if (end === 'enough') return 'accepted';
    if (!isPositive(end.reply)) return { refused: end.reply.shown };
    return end.dataFault === undefined ? 'accepted' : { refused: end.dataFault.answer };
  } catch (error) {
    if (!(error instanceof FtpsError)) throw error;
    return { refused: error.answer };
  }
}

function withOwnSessions(session: Session): Session {
  return {
    ...session,
    ticket: session.ticket.withoutSession(),
    get lost() {
      return session.lost;
    },
  };
}

class EnoughListed extends Error {}

async function listOver(
  session: Session,
  directory: RemotePath,
): Promise<{ readonly end: Received | 'enough'; readonly isReused: boolean | undefined }> {
  const dataConnection = await openData(session);
  const seen: { isReused: boolean | undefined; bytes: number } = { isReused: undefined, bytes: 0 };
  const secure = () => {
    const socket = dataConnection.secure();
    socket.once('secureConnect', () => {
      seen.isReused = socket.isSessionReused();
    });
    return socket;
  };
  const onChunk = (chunk: Buffer): undefined => {
    seen.bytes += chunk.length;
    if (seen.bytes > enoughBytes) throw new EnoughListed('This is enough of the listing.');
  };
  const end = await receive(session, {
    command: session.capabilities.mlsd && session.capabilities.features !== undefined ? 'MLSD' : 'LIST',
    attempt: 'listing',
    path: directory,
    dataConnection: { ...dataConnection, secure },
    onChunk,
    signal: undefined,
  }).catch((error: unknown) => {
    if (error instanceof EnoughListed) return 'enough' as const;
    throw error;
  });
  return { end, isReused: seen.isReused };
}
