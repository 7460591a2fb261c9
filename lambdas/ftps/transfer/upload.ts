import { Readable } from 'node:stream';
import { parentPath, type RemotePath } from '../../core/path/remote-path.ts';
import { classifyReply, replyAnswer } from '../control/classify-error.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { type DataConnection, openData } from '../data/data-connection.ts';
import { enterDirectory } from '../data/enter-directory.ts';
import { send } from '../data/send.ts';
import { FtpsError } from '../ftps-error.ts';
import { refusal, refusalAs, type Session, wirePath } from '../session/session.ts';

export interface UploadOptions {
  /** `store` writes a new file (STOR); `append` adds to the existing one (APPE), to resume an upload. */
  readonly mode: 'store' | 'append';
  /**
   * With `store`, the byte of the file at which the source begins (REST, RFC 3659, 5). The bytes before it
   * stay; the RFC does not say what happens to existing bytes after the source. Default: 0.
   */
  readonly offset?: number | undefined;
  /** The size of the source. With another size the upload fails, and the server does not see a proper end. */
  readonly expectedBytes: number;
  /** Called before each chunk: true ends the file properly at this point. */
  readonly mayEnd?: (() => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Receives the byte count of each chunk that the connection has accepted. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

export interface Uploaded {
  /** `expectedBytes`, unless `mayEnd` has returned true. */
  readonly bytes: number;
}

/**
 * The server refused to resume a file: by REST, or the STOR or APPE after it. Nothing was written, and the
 * session stays usable.
 */
export class ResumeRefusedError extends FtpsError {}

/** The source failed, not the partner; its error is the `cause`. The session is gone. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/**
 * Uploads the source into a file at the partner, as fast as the partner accepts the bytes. Resolves where all
 * bytes and a proper end were sent and the final reply is 2xx. The caller must still check the size with
 * `statFile`: a 226 alone proves nothing. After any error a partial file may exist. A `Readable` is always
 * destroyed.
 * @throws ResumeRefusedError; FtpsError `gone` (no such directory), `denied`, `refused`, `name-refused`,
 * `no-space`, or the kind of the reply, with a reply code while the session is usable; `wrong-size` where the
 * server reports success before all bytes were sent; SourceError; the signal's reason.
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
    const { reply, complete, dataError } = await send(session, {
      command,
      attempt: 'writing',
      path,
      dataConnection,
      source: counted(source, options, counter),
      signal,
    });
    const isResuming = offset > 0 || mode === 'append';
    if (isResuming && counter.bytes === 0 && refusesResume(reply)) throw resumeRefused(path, command, reply);
    if (!isPositive(reply)) throw await writeError(session, path, reply);
    if (dataError !== undefined) throw dataError;
    if (!complete) throw earlyReplyError(path, reply, counter.bytes);
    return { bytes: counter.bytes };
  } finally {
    // Where nothing was read, no iterator has ended it, and an S3 body would keep its connection.
    if (source instanceof Readable) source.destroy();
  }
}

interface Restart {
  readonly path: RemotePath;
  readonly offset: number;
  /** Already open; destroyed where REST is refused. */
  readonly dataConnection: DataConnection;
}

/** REST must be the last command before STOR (RFC 3659, 5.3), so it follows the passive mode command. */
async function restartAt(session: Session, { path, offset, dataConnection }: Restart): Promise<void> {
  let isAccepted = false;
  try {
    const command = `REST ${offset}`;
    const reply = await session.control.request(command);
    isAccepted = reply.code === 350;
    if (isAccepted) return;
    throw refusesResume(reply) ? resumeRefused(path, command, reply) : refusal('writing', path, reply);
  } finally {
    if (!isAccepted) dataConnection.raw.destroy();
  }
}

/**
 * The replies of a server that does not support or allow the command: ProFTPD without AllowStoreRestart
 * accepts REST and answers 451 to the STOR after it. An expired login (530, 532) or a full disk (552) would
 * refuse any upload.
 */
function refusesResume({ code }: Reply): boolean {
  return code === 451 || (code >= 500 && code !== 530 && code !== 532 && code !== 552);
}

function resumeRefused(path: RemotePath, command: string, reply: Reply): ResumeRefusedError {
  return new ResumeRefusedError({
    kind: 'not-supported',
    attempt: 'resuming',
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
        throw new Error(`the source has more than the expected ${expectedBytes} bytes`);
      yield chunk;
      onBytes?.(chunk.length);
    }
    if (counter.bytes < expectedBytes) {
      throw new Error(`the source ended after ${counter.bytes} of the expected ${expectedBytes} bytes`);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError(`reading the bytes to send failed: ${reason}`, { cause });
  }
}

/**
 * 550 and 553 mean 'not allowed', 'no such directory' or 'name not allowed', depending on the server (vsftpd
 * only has 553). If the directory cannot be entered, that is the cause.
 */
async function writeError(session: Session, path: RemotePath, reply: Reply): Promise<FtpsError> {
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

function earlyReplyError(path: RemotePath, reply: Reply, bytes: number): FtpsError {
  const answer = `${replyAnswer(reply)} before all bytes were sent: it has at most ${bytes} bytes`;
  return new FtpsError({ kind: 'wrong-size', attempt: 'writing', target: path, answer, path });
}
