import type { ModifiedTime } from '../sync/remote-file.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import { askAll, modifiedTimeIn, sizeIn } from './commands.ts';
import { openData, type PassiveCommand } from './data-connection.ts';
import { FtpsError } from './ftps-error.ts';
import { receive } from './receive.ts';
import { isPositive, type Reply } from './reply.ts';
import { refusal, refusalAs, type Session, wirePath } from './session.ts';

/** Where the bytes go. It is never ended from here: the caller commits only after {@link download} has resolved. */
export interface ByteSink {
  /** A promise holds the server back until it is fulfilled. */
  readonly write: (chunk: Buffer) => Promise<void> | undefined;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hears the number of bytes of every chunk before the sink has it. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

/** What came, and how far it is proved. */
export interface Downloaded {
  readonly bytes: number;
  /** What the server said the size is, before and after. */
  readonly sizeBytes: number;
  /** MDTM before and after; undefined where the server does not tell. */
  readonly modified: ModifiedTime | undefined;
  readonly verification: 'size+mtime' | 'size';
}

/** The receiving side failed, not the partner; its error is the `cause`. The session is gone. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
}

/**
 * Sends one file's bytes to the sink. Resolves only when the data ended, the final reply is 2xx, the bytes are as many
 * as SIZE says (or the listing, where SIZE is not known to the server), and SIZE and MDTM are the same as before: a
 * server's 226 alone proves nothing.
 * @throws FtpsError `gone`, `denied`, `wrong-size`, `changed` (also where SIZE is not the listed size any more), or what
 * the server answers; SinkError; the signal's reason. After any of them, what the sink has is worth nothing.
 */
export async function download(
  session: Session,
  file: { readonly path: RemotePath; readonly sizeBytes: number | undefined },
  sink: ByteSink,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const { path } = file;
  const before = await look(session, path, 'with-passive');
  const sizeBytes = before.sizeBytes ?? file.sizeBytes;
  if (sizeBytes === undefined) throw unverifiable(path, before.sizeReply);
  if (file.sizeBytes !== undefined && sizeBytes !== file.sizeBytes) {
    throw failure('changed', path, `it has ${sizeBytes} bytes now, and ${file.sizeBytes} in the listing`);
  }
  const counter = { bytes: 0 };
  const dataConnection = await openData(session, before.passive);
  const { reply, dataFault } = await receive(session, {
    command: `RETR ${wirePath(session, path)}`,
    attempt: 'reading',
    path,
    dataConnection,
    onChunk: (chunk) => {
      counter.bytes += chunk.length;
      if (counter.bytes > sizeBytes)
        throw failure('wrong-size', path, `more than the announced ${sizeBytes} bytes came`);
      options.onBytes?.(chunk.length);
      return writeTo(sink, chunk);
    },
    signal: options.signal,
  });
  if (!isPositive(reply)) throw whyNotRead(path, reply, before);
  if (dataFault !== undefined) throw dataFault;
  const after = await look(session, path, 'alone');
  expectSame(path, before, after);
  if (counter.bytes !== sizeBytes) {
    throw failure(
      'wrong-size',
      path,
      `${counter.bytes} of the announced ${sizeBytes} bytes came, with ${reply.shown}`,
    );
  }
  const verification = before.modified === undefined ? 'size' : 'size+mtime';
  return { bytes: counter.bytes, sizeBytes, modified: before.modified, verification };
}

interface Look {
  readonly sizeReply: Reply;
  readonly sizeBytes: number | undefined;
  readonly modified: ModifiedTime | undefined;
  readonly passive: PassiveCommand | undefined;
}

/** SIZE and MDTM in one round trip, and the passive port with them where one is wanted and the mode is known. */
async function look(session: Session, path: RemotePath, extent: 'with-passive' | 'alone'): Promise<Look> {
  const name = wirePath(session, path);
  const mode = extent === 'with-passive' ? session.habits.passive : undefined;
  const commands = [`SIZE ${name}`, `MDTM ${name}`, ...(mode === undefined ? [] : [mode])];
  const [sizeReply, timeReply, passiveReply] = await askAll(session, commands);
  if (sizeReply === undefined || timeReply === undefined) throw new Error('a command must have its reply');
  return {
    sizeReply,
    sizeBytes: sizeIn(sizeReply),
    modified: modifiedTimeIn(timeReply),
    passive:
      mode === undefined || passiveReply === undefined ? undefined : { name: mode, reply: passiveReply },
  };
}

function writeTo(sink: ByteSink, chunk: Buffer): Promise<void> | undefined {
  try {
    return sink.write(chunk)?.catch(asSinkError);
  } catch (error) {
    return asSinkError(error);
  }
}

/** Throws what the receiving side threw, as that. */
export function asSinkError(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new SinkError(`the receiving side failed: ${reason}`, { cause });
}

/** RETR answers 550 for what is missing and for what may not be read; whoever has a size is there. */
function whyNotRead(path: RemotePath, reply: Reply, before: Look): FtpsError {
  if (reply.code !== 550) return refusal('reading', path, reply);
  if (before.sizeBytes !== undefined) return refusalAs('denied', { attempt: 'reading', path, reply });
  return refusalAs(before.sizeReply.code === 550 ? 'gone' : 'refused', { attempt: 'reading', path, reply });
}

function expectSame(path: RemotePath, before: Look, after: Look): void {
  const changes = [
    ...(before.sizeBytes === after.sizeBytes
      ? []
      : [`its size went from ${before.sizeBytes} to ${after.sizeBytes ?? 'unknown'} bytes`]),
    ...(before.modified?.raw === after.modified?.raw
      ? []
      : [
          `its modified time went from ${before.modified?.raw ?? 'unknown'} to ${after.modified?.raw ?? 'unknown'}`,
        ]),
  ];
  if (changes.length > 0) throw failure('changed', path, `while it was read, ${changes.join(' and ')}`);
}

/** 550 to SIZE means that it is not there; otherwise the server does not tell sizes at all. */
function unverifiable(path: RemotePath, reply: Reply): FtpsError {
  if (reply.code === 550) return refusalAs('gone', { attempt: 'asking the size of', path, reply });
  return refusalAs('not-supported', { attempt: 'asking the size of', path, reply });
}

function failure(kind: FtpsError['kind'], path: RemotePath, answer: string): FtpsError {
  return new FtpsError({ kind, attempt: 'reading', target: path, answer, path });
}
