import { Readable } from 'node:stream';
import { parentPath, type RemotePath } from '../sync/remote-path.ts';
import { classifyReply, replyAnswer } from './classify.ts';
import { openData } from './data-connection.ts';
import { enterDirectory } from './enter-directory.ts';
import { FtpsError } from './ftps-error.ts';
import { isPositive, type Reply } from './reply.ts';
import { send } from './send.ts';
import { refusal, type Session, wirePath } from './session.ts';

export interface UploadOptions {
  /** `store` makes the file new (STOR), `append` writes behind what is there (APPE): the rest of an upload that was cut. */
  readonly mode: 'store' | 'append';
  /** How many bytes the source has; with another number the upload fails, and the file is not ended as if it were whole. */
  readonly expectedBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Hears the number of bytes of every chunk that the connection has taken. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

export interface Uploaded {
  readonly bytes: number;
}

/** The sending side failed, not the partner; its error is the `cause`. The session is gone. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/**
 * Writes the source to a file at the partner, pulling from it only as fast as the partner takes the bytes. Resolves when
 * all bytes and a proper end were sent and the final reply is 2xx. That is still only the server's word: the caller asks
 * for the size (look-at.ts) before it relies on the file. After any failure a partial file may be there.
 * A `Readable` is destroyed on every way out.
 * @throws FtpsError `gone` (no such directory), `denied`, `refused`, `name-refused`, `no-space`, or what the server
 * answers, with a reply code while the session lives; `wrong-size` where it says that all is there before it was sent;
 * SourceError; the signal's reason.
 */
export async function upload(
  session: Session,
  path: RemotePath,
  source: AsyncIterable<Uint8Array>,
  options: UploadOptions,
): Promise<Uploaded> {
  const counter = { bytes: 0 };
  try {
    const command = `${options.mode === 'store' ? 'STOR' : 'APPE'} ${wirePath(session, path)}`;
    const { reply, complete, dataFault } = await send(session, {
      command,
      attempt: 'writing',
      path,
      data: await openData(session),
      source: counted(source, options, counter),
      signal: options.signal,
    });
    if (!isPositive(reply)) throw await whyNotWritten(session, path, reply);
    if (dataFault !== undefined) throw dataFault;
    if (!complete) throw endedEarly(path, reply, counter.bytes);
    return { bytes: counter.bytes };
  } finally {
    // Where nothing was read of it, its iterator would not end it, and an S3 body would keep its connection.
    if (source instanceof Readable) source.destroy();
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  { expectedBytes, onBytes }: UploadOptions,
  counter: { bytes: number },
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) {
      counter.bytes += chunk.length;
      if (counter.bytes > expectedBytes)
        throw new Error(`it has more than the expected ${expectedBytes} bytes`);
      yield chunk;
      onBytes?.(chunk.length);
    }
    if (counter.bytes < expectedBytes) {
      throw new Error(`it ended after ${counter.bytes} of the expected ${expectedBytes} bytes`);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError(`the sending side failed: ${reason}`, { cause });
  }
}

/**
 * 550 and 553 say 'not allowed', 'no such directory' and 'no such name here', each server in its own way (vsftpd knows
 * only 553). Whether the directory can be entered tells the second from the others.
 */
async function whyNotWritten(session: Session, path: RemotePath, reply: Reply): Promise<FtpsError> {
  if (reply.code !== 550 && reply.code !== 553) return refusal('writing', path, reply);
  const directory = parentPath(path);
  try {
    await enterDirectory(session, directory);
  } catch (error) {
    const kind =
      error instanceof FtpsError && error.replyCode !== undefined ? error.kind : classifyReply(reply);
    const answer = `${replyAnswer(reply)}; its directory ${directory} cannot be entered (${kind})`;
    return new FtpsError({
      kind,
      attempt: 'writing',
      target: path,
      answer,
      path,
      replyCode: reply.code,
      cause: error,
    });
  }
  return refusal('writing', path, reply, reply.code === 550 ? 'denied' : 'name-refused');
}

function endedEarly(path: RemotePath, reply: Reply, bytes: number): FtpsError {
  const answer = `${replyAnswer(reply)} before all was sent: it can have ${bytes} bytes at most`;
  return new FtpsError({ kind: 'wrong-size', attempt: 'writing', target: path, answer, path });
}
