import { Readable } from 'node:stream';
import { parentPath, type RemotePath } from '../sync/remote-path.ts';
import { classifyReply, replyAnswer } from './classify.ts';
import { type DataConnection, openData } from './data-connection.ts';
import { enterDirectory } from './enter-directory.ts';
import { FtpsError } from './ftps-error.ts';
import { isPositive, type Reply } from './reply.ts';
import { send } from './send.ts';
import { refusal, refusalAs, type Session, wirePath } from './session.ts';

export interface UploadOptions {
  /** `store` makes the file new (STOR), `append` writes behind what is there (APPE): the rest of an upload that was cut. */
  readonly mode: 'store' | 'append';
  /**
   * With `store`, the byte of the file at which the source begins (REST, RFC 3659, 5): what is there before it stays. The RFC leaves
   * open what becomes of what is there behind it. The beginning of the file unless told.
   */
  readonly offset?: number | undefined;
  /** How many bytes the source has; with another number the upload fails, and the file is not ended as if it were whole. */
  readonly expectedBytes: number;
  /** Asked before each chunk: where it says yes, the file ends there, properly, as if the source had no more. */
  readonly mayEnd?: (() => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears the number of bytes of every chunk that the connection has taken. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

export interface Uploaded {
  /** All that were expected, unless `mayEnd` has said yes. */
  readonly bytes: number;
}

/**
 * The server does not go on with a file where it was asked to: it refused REST, or the STOR or APPE that was to go on. Nothing was
 * written, and the session lives.
 */
export class GoingOnRefused extends FtpsError {}

/** The sending side failed, not the partner; its error is the `cause`. The session is gone. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/**
 * Writes the source to a file at the partner, pulling from it only as fast as the partner takes the bytes. Resolves when
 * all bytes and a proper end were sent and the final reply is 2xx. That is still only the server's word: the caller asks
 * for the size (look-at.ts) before it relies on the file. After any failure a partial file may be there.
 * A `Readable` is destroyed on every way out.
 * @throws GoingOnRefused; FtpsError `gone` (no such directory), `denied`, `refused`, `name-refused`, `no-space`, or what the server
 * answers, with a reply code while the session lives; `wrong-size` where it says that all is there before it was sent;
 * SourceError; the signal's reason.
 */
export async function upload(
  session: Session,
  path: RemotePath,
  source: AsyncIterable<Uint8Array>,
  options: UploadOptions,
): Promise<Uploaded> {
  const { mode, offset = 0, signal } = options;
  const counter = { bytes: 0 };
  try {
    const command = `${mode === 'store' ? 'STOR' : 'APPE'} ${wirePath(session, path)}`;
    const dataConnection = await openData(session);
    if (offset > 0) await restartAt(session, { path, offset, dataConnection });
    const { reply, complete, dataFault } = await send(session, {
      command,
      attempt: 'writing',
      path,
      dataConnection,
      source: counted(source, options, counter),
      signal,
    });
    const goesOn = offset > 0 || mode === 'append';
    if (goesOn && counter.bytes === 0 && isRefusedGoingOn(reply)) throw goingOnRefused(path, command, reply);
    if (!isPositive(reply)) throw await whyNotWritten(session, path, reply);
    if (dataFault !== undefined) throw dataFault;
    if (!complete) throw endedEarly(path, reply, counter.bytes);
    return { bytes: counter.bytes };
  } finally {
    // Where nothing was read of it, its iterator would not end it, and an S3 body would keep its connection.
    if (source instanceof Readable) source.destroy();
  }
}

interface Restart {
  readonly path: RemotePath;
  readonly offset: number;
  /** Waits for the command that follows, or goes with it. */
  readonly dataConnection: DataConnection;
}

/** REST must be the last command before STOR (RFC 3659, 5.1), also behind that of the passive mode. */
async function restartAt(session: Session, { path, offset, dataConnection }: Restart): Promise<void> {
  let isTaken = false;
  try {
    const command = `REST ${offset}`;
    const reply = await session.control.request(command);
    isTaken = reply.code === 350;
    if (isTaken) return;
    throw isRefusedGoingOn(reply) ? goingOnRefused(path, command, reply) : refusal('writing', path, reply);
  } finally {
    if (!isTaken) dataConnection.raw.destroy();
  }
}

/**
 * What a server says that does not know a command, or may not do it: ProFTPD without AllowStoreRestart takes REST and answers 451
 * to the STOR behind it. A lost login and a full disk would meet any upload.
 */
function isRefusedGoingOn({ code }: Reply): boolean {
  return code === 451 || (code >= 500 && code !== 530 && code !== 532 && code !== 552);
}

function goingOnRefused(path: RemotePath, command: string, reply: Reply): GoingOnRefused {
  return new GoingOnRefused({
    kind: 'not-supported',
    attempt: 'going on with',
    target: path,
    answer: `the server answered ${reply.shown} to ${command.split(' ')[0] ?? ''}`,
    path,
    replyCode: reply.code,
  });
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  { expectedBytes, onBytes, mayEnd }: UploadOptions,
  counter: { bytes: number },
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) {
      if (mayEnd?.() === true) return;
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
  return refusalAs(reply.code === 550 ? 'denied' : 'name-refused', { attempt: 'writing', path, reply });
}

function endedEarly(path: RemotePath, reply: Reply, bytes: number): FtpsError {
  const answer = `${replyAnswer(reply)} before all was sent: it can have ${bytes} bytes at most`;
  return new FtpsError({ kind: 'wrong-size', attempt: 'writing', target: path, answer, path });
}
