import type { RemotePath } from '../../core/path/remote-path.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { openData } from '../data/data-connection.ts';
import { type Received, type ReceiveRequest, receive } from '../data/receive.ts';
import { FtpsError, type FtpsErrorFacts } from '../ftps-error.ts';
import { refusal, refusalAs, type Session, wirePath } from '../session/session.ts';
import { type ByteSink, type DownloadOptions, throwSinkError } from './download.ts';

/** Receives the bytes of a range. */
export interface RangeSink extends ByteSink {
  /** Read after each chunk: the sink wants no more. */
  readonly hasEnough: boolean;
}

export interface FileRange {
  readonly path: RemotePath;
  /** The size of the whole file. */
  readonly sizeBytes: number;
  /** The first byte of the range, below `sizeBytes`. */
  readonly offset: number;
}

/** The server does not support REST (RFC 3659, 5). The session stays usable. */
export class RestRefusedError extends FtpsError {}

/**
 * The server sent more bytes than the file has from the offset on: it began elsewhere. The session is gone.
 */
export class RestOffsetError extends FtpsError {}

/**
 * Downloads a file from an offset on into the sink, until the sink has enough or the file ends. FTP has no
 * way to end a transfer early that all servers understand, so the session is gone after `enough`.
 * `to-the-end` means a positive final reply and exactly the bytes from the offset to `sizeBytes`. The caller
 * must compare SIZE and MDTM before and after.
 * @throws RestRefusedError; RestOffsetError; FtpsError `wrong-size` where the file ended early, or the kind
 * of the reply; SinkError; the signal's reason.
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
    proof: 'byte-count',
    onChunk: (chunk) => {
      bytes += chunk.length;
      if (bytes > wantedBytes)
        throw new RestOffsetError(
          wrongSize(range, `the server sent more than the ${wantedBytes} bytes to the end of the file`),
        );
      onBytes?.(chunk.length);
      return writeUntilEnough(sink, chunk);
    },
    signal,
  };
  try {
    if (offset > 0) await restartAt(session, range);
  } catch (error) {
    dataConnection.raw.destroy();
    throw error;
  }
  const received = await receiveUntilEnough(session, request);
  if (received === 'enough') return received;
  const { reply, dataError } = received;
  if (!isPositive(reply)) throw refusal('reading', path, reply);
  if (dataError !== undefined) throw dataError;
  if (bytes === wantedBytes) return 'to-the-end';
  throw new FtpsError(
    wrongSize(
      range,
      `the server sent ${bytes} of the ${wantedBytes} bytes to the end of the file, with ${reply.shown}`,
    ),
  );
}

/** REST must be the last command before RETR (RFC 3659, 5.3), so it follows the passive mode command. */
async function restartAt(session: Session, { path, offset }: FileRange): Promise<void> {
  const reply = await session.control.request(`REST ${offset}`);
  if (reply.code === 350) return;
  throw restError(path, offset, reply);
}

function restError(path: RemotePath, offset: number, reply: Reply): FtpsError {
  const { kind, replyCode } = refusal('reading', path, reply);
  if (reply.code < 500) return refusalAs(kind, { attempt: `reading from byte ${offset} of`, path, reply });
  return new RestRefusedError({
    kind: 'not-supported',
    attempt: `reading from byte ${offset} of`,
    target: path,
    answer: `the server answered ${reply.shown} to REST`,
    path,
    replyCode,
  });
}

/** Thrown by `onChunk` to stop the transfer. */
class EnoughReceived extends Error {}

async function receiveUntilEnough(session: Session, request: ReceiveRequest): Promise<Received | 'enough'> {
  try {
    return await receive(session, request);
  } catch (error) {
    if (error instanceof EnoughReceived) return 'enough';
    throw error;
  }
}

function writeUntilEnough(sink: RangeSink, chunk: Buffer): Promise<void> | undefined {
  const stopIfEnough = () => {
    if (sink.hasEnough) throw new EnoughReceived('The sink has enough.');
  };
  let written: Promise<void> | undefined;
  try {
    written = sink.write(chunk)?.catch(throwSinkError);
  } catch (error) {
    return throwSinkError(error);
  }
  if (written !== undefined) return written.then(stopIfEnough);
  stopIfEnough();
  return undefined;
}

function wrongSize({ path, offset }: FileRange, answer: string): FtpsErrorFacts {
  return { kind: 'wrong-size', attempt: `reading from byte ${offset} of`, target: path, answer, path };
}
