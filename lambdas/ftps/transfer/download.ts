import type { ModifiedTime } from '../../core/listing/remote-file.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { openData, type PassiveCommand } from '../data/data-connection.ts';
import { receive } from '../data/receive.ts';
import { FtpsError } from '../ftps-error.ts';
import { modifiedInsteadOfMdtm } from '../listing/request-mlst.ts';
import { requestAll } from '../session/commands.ts';
import {
  isInconclusiveSize,
  parseModifiedTimeReply,
  parseSizeReply,
  refusesToTell,
} from '../session/file-facts.ts';
import { refusal, refusalAs, type Session, wirePath } from '../session/session.ts';

/** Receives the bytes. It has no end: the caller commits only after {@link download} has resolved. */
export interface ByteSink {
  /** A promise pauses the server until it is fulfilled. */
  readonly write: (chunk: Buffer) => Promise<void> | undefined;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Receives the modified time before the first byte; it is verified once the download has resolved. */
  readonly onModified?: ((modified: ModifiedTime) => void) | undefined;
  /** Receives the byte count of each chunk before the sink does. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

/** What was downloaded, and how it was verified. */
export interface Downloaded {
  readonly bytes: number;
  /** The size that the server reported, before and after. */
  readonly sizeBytes: number;
  /** MDTM, or MLST where the server has no MDTM, before and after; undefined where it does not tell. */
  readonly modified: ModifiedTime | undefined;
  /** `size` where nothing but the size could be compared: the server tells no time, or the file is gone. */
  readonly verification: 'size+mtime' | 'size';
  /** What the server says of the file after its last byte. */
  readonly afterwards: Afterwards;
}

/**
 * `same`: as before. `taken-away`: there is no such file any more; mailboxes remove a file that was read.
 * `not-told`: the session ended before the server answered; ask {@link lookAfterwards} over another one.
 */
export type Afterwards = 'same' | 'taken-away' | 'not-told';

/** What a download has read; the file is compared with it afterwards. */
export type ReadVersion = Pick<Downloaded, 'sizeBytes' | 'modified'>;

/** The sink failed, not the partner; its error is the `cause`. The session is gone. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
}

/**
 * Downloads one file into the sink. Resolves only where the data ended properly, the final reply is 2xx, the
 * byte count equals SIZE (or the listed size, where the server does not support SIZE), and SIZE and MDTM are
 * the same before and after. A server's 226 alone proves nothing. Where all this holds and the file is gone
 * afterwards, what came may be the only copy: it is valid, verified by its size.
 * @throws FtpsError `gone`, `denied`, `wrong-size`, `changed` (also where SIZE is no longer the listed size),
 * or the kind of the reply; SinkError; the signal's reason. After any of them, the caller must discard what
 * the sink has received.
 */
export async function download(
  session: Session,
  file: { readonly path: RemotePath; readonly sizeBytes: number | undefined },
  sink: ByteSink,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const { path } = file;
  const before = await stat(session, path, 'with-passive');
  const sizeBytes = before.sizeBytes ?? file.sizeBytes;
  if (sizeBytes === undefined) throw noSizeError(path, before.sizeReply);
  if (file.sizeBytes !== undefined && sizeBytes !== file.sizeBytes) {
    throw readingError(
      'changed',
      path,
      `it has ${sizeBytes} bytes now, but ${file.sizeBytes} in the listing`,
    );
  }
  if (before.modified !== undefined) options.onModified?.(before.modified);
  const counter = { bytes: 0 };
  const dataConnection = await openData(session, before.passive);
  const { reply, dataError } = await receive(session, {
    command: `RETR ${wirePath(session, path)}`,
    attempt: 'reading',
    path,
    dataConnection,
    proof: 'byte-count',
    isNothingToSend: () => sizeBytes === 0,
    onChunk: (chunk) => {
      counter.bytes += chunk.length;
      if (counter.bytes > sizeBytes)
        throw readingError(
          'wrong-size',
          path,
          `the server sent more than the ${sizeBytes} bytes that SIZE reported`,
        );
      options.onBytes?.(chunk.length);
      return writeTo(sink, chunk);
    },
    signal: options.signal,
  });
  if (!isPositive(reply)) throw readError(path, reply, before);
  if (dataError !== undefined) throw dataError;
  if (counter.bytes !== sizeBytes) {
    throw readingError(
      'wrong-size',
      path,
      `the server sent ${counter.bytes} of ${sizeBytes} bytes, with ${reply.shown}`,
    );
  }
  const read = { sizeBytes, modified: before.modified };
  const afterwards = await lookAfterwards(session, path, read).catch((error: unknown): Afterwards => {
    if (session.lost && options.signal?.aborted !== true) return 'not-told';
    throw error;
  });
  const isCompared = read.modified !== undefined && afterwards === 'same';
  return { bytes: counter.bytes, ...read, verification: isCompared ? 'size+mtime' : 'size', afterwards };
}

/**
 * Compares the file with what was read of it.
 * @throws FtpsError `changed`; without a reply code, the session is gone.
 */
export async function lookAfterwards(
  session: Session,
  path: RemotePath,
  read: ReadVersion,
): Promise<'same' | 'taken-away'> {
  const after = await stat(session, path, 'alone');
  if (isGone(read, after)) return 'taken-away';
  expectSame(path, read, after);
  return 'same';
}

interface Stat {
  readonly sizeReply: Reply;
  readonly timeReply: Reply;
  readonly sizeBytes: number | undefined;
  readonly modified: ModifiedTime | undefined;
  readonly passive: PassiveCommand | undefined;
}

/**
 * SIZE and MDTM in one round trip, with the passive mode command where it is wanted and the mode is known. A
 * server without MDTM is asked by MLST.
 */
async function stat(session: Session, path: RemotePath, extent: 'with-passive' | 'alone'): Promise<Stat> {
  const name = wirePath(session, path);
  const mode = extent === 'with-passive' ? session.behaviour.passive : undefined;
  const commands = [`SIZE ${name}`, `MDTM ${name}`, ...(mode === undefined ? [] : [mode])];
  const [sizeReply, timeReply, passiveReply] = await requestAll(session, commands);
  if (sizeReply === undefined || timeReply === undefined) throw new Error('a command must have its reply');
  return {
    sizeReply,
    timeReply,
    sizeBytes: parseSizeReply(sizeReply),
    modified: parseModifiedTimeReply(timeReply) ?? (await modifiedInsteadOfMdtm(session, path, timeReply)),
    passive:
      mode === undefined || passiveReply === undefined ? undefined : { name: mode, reply: passiveReply },
  };
}

function writeTo(sink: ByteSink, chunk: Buffer): Promise<void> | undefined {
  try {
    return sink.write(chunk)?.catch(throwSinkError);
  } catch (error) {
    return throwSinkError(error);
  }
}

/** @throws SinkError with the sink's error as its cause. */
export function throwSinkError(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new SinkError(`writing the received bytes failed: ${reason}`, { cause });
}

/** RETR answers 550 for a missing file and for one that may not be read. A file with a size exists. */
function readError(path: RemotePath, reply: Reply, before: Stat): FtpsError {
  if (reply.code !== 550) return refusal('reading', path, reply);
  if (before.sizeBytes !== undefined) return refusalAs('denied', { attempt: 'reading', path, reply });
  return refusalAs(before.sizeReply.code === 550 ? 'gone' : 'refused', { attempt: 'reading', path, reply });
}

/**
 * 550 to SIZE, or to MDTM from a server without SIZE, and no fact of the file that would contradict it. Where
 * the server told no time before either, `550 Permission denied` is how it speaks of every file.
 */
function isGone({ modified }: ReadVersion, after: Stat): boolean {
  if (after.sizeBytes !== undefined || after.modified !== undefined) return false;
  return [after.sizeReply, after.timeReply].some(
    (reply) => reply.code === 550 && (modified !== undefined || !refusesToTell(reply)),
  );
}

function expectSame(path: RemotePath, before: ReadVersion, after: Stat): void {
  const { sizeBytes, sizeReply } = after;
  const tellsNothing = isInconclusiveSize(sizeReply) || refusesToTell(sizeReply);
  const isSizeTold = sizeBytes !== undefined || !tellsNothing;
  const changes = [
    ...(!isSizeTold || before.sizeBytes === sizeBytes
      ? []
      : [`its size changed from ${before.sizeBytes} to ${sizeBytes ?? 'unknown'} bytes`]),
    ...(before.modified?.raw === after.modified?.raw
      ? []
      : [
          `its modified time changed from ${before.modified?.raw ?? 'unknown'} to ${after.modified?.raw ?? 'unknown'}`,
        ]),
  ];
  if (changes.length > 0)
    throw readingError('changed', path, `during the download, ${changes.join(' and ')}`);
}

/** 550 to SIZE means that the file does not exist, or that this user may not know; else it lacks SIZE. */
function noSizeError(path: RemotePath, reply: Reply): FtpsError {
  const refused = { attempt: 'getting the size of', path, reply };
  if (reply.code !== 550) return refusalAs('not-supported', refused);
  return refusalAs(refusesToTell(reply) ? 'denied' : 'gone', refused);
}

function readingError(kind: FtpsError['kind'], path: RemotePath, answer: string): FtpsError {
  return new FtpsError({ kind, attempt: 'reading', target: path, answer, path });
}
