import { once } from 'node:events';
import type { LoggedTransfer } from '../connection/session.ts';
import type { DataConnection } from './data-connection.ts';
import type { TransferScript } from './transfer-script.ts';

export interface Sending {
  readonly connection: DataConnection;
  readonly chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  readonly script: TransferScript;
  readonly logged: LoggedTransfer;
  readonly paceBytesPerSecond: number | undefined;
}

/** Writes per second where the rate is limited: enough for a steady rate, few enough to be cheap. */
const pacesPerSecond = 20;

/**
 * Sends the chunks and ends the connection as the script says. Resolves when everything is in the kernel's
 * buffer; rejects where the client closes the connection before.
 */
export async function sendData({
  connection,
  chunks,
  script,
  logged,
  paceBytesPerSecond,
}: Sending): Promise<void> {
  const { socket } = connection;
  socket.resume(); // The client sends nothing, but the server must see its end.
  const pieces = meanwhile(limited(extended(chunks, script.extraBytes), script.limitBytes), script.meanwhile);
  let lastWrite = Promise.resolve();
  for await (const piece of paceBytesPerSecond === undefined ? pieces : paced(pieces, paceBytesPerSecond)) {
    failWhereClosed(socket);
    const written = Promise.withResolvers<void>();
    const hasRoom = socket.write(piece, () => written.resolve());
    lastWrite = written.promise;
    logged.bytes += piece.length;
    if (!hasRoom) await lastWrite;
  }
  await lastWrite;
  failWhereClosed(socket);
  await endData(connection, script.ending);
}

/** Ends a data connection in the given way. */
export async function endData(
  { raw, socket }: DataConnection,
  ending: TransferScript['ending'],
): Promise<void> {
  if (ending === 'stall') return;
  if (ending === 'reset') raw.resetAndDestroy();
  else if (ending === 'fin') raw.end();
  else {
    socket.end();
    if (!socket.writableFinished && !socket.closed)
      await Promise.race([once(socket, 'finish'), once(socket, 'close')]);
  }
}

function failWhereClosed(socket: DataConnection['socket']): void {
  if (socket.destroyed) throw new Error('the client closed the data connection');
}

async function* extended(chunks: Sending['chunks'], extraBytes: number): AsyncGenerator<Buffer> {
  yield* chunks;
  if (extraBytes > 0) yield Buffer.alloc(extraBytes, 'x');
}

async function* limited(
  chunks: AsyncIterable<Buffer>,
  limitBytes: number | undefined,
): AsyncGenerator<Buffer> {
  if (limitBytes === undefined) return yield* chunks;
  let left = limitBytes;
  if (left === 0) return;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

async function* meanwhile(
  chunks: AsyncIterable<Buffer>,
  happening: TransferScript['meanwhile'],
): AsyncGenerator<Buffer> {
  let sentBytes = 0;
  let pending = happening;
  for await (const chunk of chunks) {
    yield chunk;
    sentBytes += chunk.length;
    if (pending === undefined || sentBytes < pending.afterBytes) continue;
    await pending.change();
    pending = undefined;
  }
}

/** Small chunks are sent without a pause until they add up to one piece. */
async function* paced(chunks: AsyncIterable<Buffer>, bytesPerSecond: number): AsyncGenerator<Buffer> {
  const pieceBytes = Math.max(1, Math.floor(bytesPerSecond / pacesPerSecond));
  let owedBytes = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      const piece = chunk.subarray(start, start + pieceBytes);
      yield piece;
      owedBytes += piece.length;
      if (owedBytes < pieceBytes) continue;
      owedBytes -= pieceBytes;
      await new Promise((resolve) => setTimeout(resolve, 1000 / pacesPerSecond).unref());
    }
  }
}
