import type { RemotePath } from '../sync/remote-path.ts';
import { openData } from './data-connection.ts';
import { asSinkError, type ByteSink, type DownloadOptions } from './download.ts';
import { FtpsError, type FtpsErrorFacts } from './ftps-error.ts';
import { type Received, type ReceiveRequest, receive } from './receive.ts';
import { isPositive, type Reply } from './reply.ts';
import { refusal, refusalAs, type Session, wirePath } from './session.ts';

/** Where the bytes of a range go. */
export interface RangeSink extends ByteSink {
  /** Asked after each chunk: no more is wanted. */
  readonly hasEnough: boolean;
}

export interface FileRange {
  readonly path: RemotePath;
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** The first byte that is wanted; less than the size. */
  readonly offset: number;
}

/** The server does not take REST (RFC 3659, 5): the session lives. */
export class RestRefused extends FtpsError {}

/** More came than is left of the file from the offset on: the server began somewhere else. The session is gone. */
export class RestContradicted extends FtpsError {}

/**
 * Sends a file's bytes from an offset on to the sink, until it has enough or the file ends. FTP has no way to end a transfer
 * early that all servers understand, so a sink that has enough ends the session. What came to the file's end is good only with
 * a positive final reply and exactly as many bytes as were left. SIZE and MDTM are the caller's to compare, before and after.
 * @throws RestRefused; RestContradicted; FtpsError `wrong-size` where fewer bytes came to the end; what the server answers; SinkError; the signal's reason.
 */
export async function downloadRange(
  session: Session,
  range: FileRange,
  sink: RangeSink,
  { signal, onBytes }: DownloadOptions = {},
): Promise<'to-the-end' | 'enough'> {
  const { path, sizeBytes, offset } = range;
  const wantedBytes = sizeBytes - offset;
  const dataConnection = await openData(session);
  let bytes = 0;
  const request: ReceiveRequest = {
    command: `RETR ${wirePath(session, path)}`,
    attempt: 'reading',
    path,
    dataConnection,
    onChunk: (chunk) => {
      bytes += chunk.length;
      if (bytes > wantedBytes)
        throw new RestContradicted(wrongSize(range, `more than the ${wantedBytes} bytes that are left came`));
      onBytes?.(chunk.length);
      return takenBy(sink, chunk);
    },
    signal,
  };
  try {
    if (offset > 0) await restartAt(session, range);
  } catch (error) {
    dataConnection.raw.destroy();
    throw error;
  }
  const received = await untilEnough(session, request);
  if (received === 'enough') return received;
  const { reply, dataFault } = received;
  if (!isPositive(reply)) throw refusal('reading', path, reply);
  if (dataFault !== undefined) throw dataFault;
  if (bytes === wantedBytes) return 'to-the-end';
  throw new FtpsError(
    wrongSize(range, `${bytes} of the ${wantedBytes} bytes that are left came, with ${reply.shown}`),
  );
}

/** It must be the last command before RETR (RFC 3659, 5.1), also behind that of the passive mode. */
async function restartAt(session: Session, { path, offset }: FileRange): Promise<void> {
  const reply = await session.control.request(`REST ${offset}`);
  if (reply.code === 350) return;
  throw restRefusal(path, offset, reply);
}

function restRefusal(path: RemotePath, offset: number, reply: Reply): FtpsError {
  const { kind, replyCode } = refusal('reading', path, reply);
  if (reply.code < 500) return refusalAs(kind, { attempt: `reading from byte ${offset} of`, path, reply });
  return new RestRefused({
    kind: 'not-supported',
    attempt: `reading from byte ${offset} of`,
    target: path,
    answer: `the server answered ${reply.shown} to REST`,
    path,
    replyCode,
  });
}

/** Thrown to `receive` from within, which is how a transfer is stopped. */
class EnoughRead extends Error {}

async function untilEnough(session: Session, request: ReceiveRequest): Promise<Received | 'enough'> {
  try {
    return await receive(session, request);
  } catch (error) {
    if (error instanceof EnoughRead) return 'enough';
    throw error;
  }
}

function takenBy(sink: RangeSink, chunk: Buffer): Promise<void> | undefined {
  const stopIfEnough = () => {
    if (sink.hasEnough) throw new EnoughRead('The sink has enough.');
  };
  let taken: Promise<void> | undefined;
  try {
    taken = sink.write(chunk)?.catch(asSinkError);
  } catch (error) {
    return asSinkError(error);
  }
  if (taken !== undefined) return taken.then(stopIfEnough);
  stopIfEnough();
  return undefined;
}

function wrongSize({ path, offset }: FileRange, answer: string): FtpsErrorFacts {
  return { kind: 'wrong-size', attempt: `reading from byte ${offset} of`, target: path, answer, path };
}
