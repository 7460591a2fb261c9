import type { ListingTry } from '../../core/doctor/transfers.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { isPositive } from '../control/reply.ts';
import { openData } from '../data/data-connection.ts';
import { type Received, receive } from '../data/receive.ts';
import { FtpsError } from '../ftps-error.ts';
import type { Session } from '../session/session.ts';

/** Enough of a listing to know that data connections work. */
const enoughBytes = 256 * 1024;

export interface DataTlsProbe {
  readonly command: 'MLSD' | 'LIST';
  /** The directory that the session is in. */
  readonly directory: RemotePath;
  /** The TLS session that the data connection offers: that of the control connection, or a new one. */
  readonly tlsSession: 'of-control' | 'new';
}

/**
 * Lists the current directory once. The FTP session may be gone afterwards.
 * @returns the answer, whatever it is; undefined where the data connection broke because TLS started too
 * early or too late for this server, which `behaviour.dataTls` has corrected for the next one.
 */
export async function probeDataTls(session: Session, probe: DataTlsProbe): Promise<ListingTry | undefined> {
  const { behaviour } = session;
  const startsTls = behaviour.dataTls;
  const result: { resumed: boolean | undefined } = { resumed: undefined };
  const answer = await list(
    probe.tlsSession === 'new' ? withNewSessions(session) : session,
    probe,
    (reused) => {
      result.resumed = reused;
    },
  );
  const isLearned = answer !== 'accepted' && behaviour.dataTls !== startsTls;
  return isLearned ? undefined : { ...result, answer };
}

function withNewSessions(session: Session): Session {
  return {
    ...session,
    ticket: session.ticket.withoutSession(),
    get lost() {
      return session.lost;
    },
  };
}

class EnoughListed extends Error {}

async function list(
  session: Session,
  { command, directory }: DataTlsProbe,
  onTls: (isReused: boolean) => void,
): Promise<ListingTry['answer']> {
  let bytes = 0;
  const onChunk = (chunk: Buffer): undefined => {
    bytes += chunk.length;
    if (bytes > enoughBytes) throw new EnoughListed('This is enough of the listing.');
  };
  try {
    const dataConnection = await openData(session);
    const secure = () => {
      const socket = dataConnection.secure();
      socket.once('secureConnect', () => onTls(socket.isSessionReused()));
      return socket;
    };
    const received = await receive(session, {
      command,
      attempt: 'listing',
      path: directory,
      dataConnection: { ...dataConnection, secure },
      onChunk,
      proof: 'byte-count',
      signal: undefined,
    });
    return toAnswer(received);
  } catch (error) {
    if (error instanceof EnoughListed) return 'accepted';
    if (!(error instanceof FtpsError)) throw error;
    return { refused: error.answer };
  }
}

function toAnswer({ reply, dataError }: Received): ListingTry['answer'] {
  if (!isPositive(reply)) return { refused: reply.shown };
  return dataError === undefined ? 'accepted' : { refused: dataError.answer };
}
