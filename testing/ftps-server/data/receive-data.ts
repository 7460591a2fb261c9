import type { LoggedTransfer } from '../connection/session.ts';
import type { DataConnection } from './data-connection.ts';
import { endData } from './send-data.ts';
import type { TransferScript } from './transfer-script.ts';

export interface Receiving {
  readonly connection: DataConnection;
  readonly script: TransferScript;
  readonly logged: LoggedTransfer;
  readonly paceBytesPerSecond: number | undefined;
}

/**
 * The bytes that the client uploads, until it or the script ends the connection. Throws where the connection
 * is lost. After the client's end the server ends its direction too, so that neither side waits for the
 * other.
 */
export async function* receiveData(receiving: Receiving): AsyncGenerator<Buffer> {
  const { connection, script, logged, paceBytesPerSecond } = receiving;
  const limitBytes = script.limitBytes ?? Infinity;
  let { meanwhile } = script;
  for await (const chunk of connection.socket.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a data connection must emit bytes');
    const taken = chunk.subarray(0, limitBytes - logged.bytes);
    logged.bytes += taken.length;
    yield taken;
    if (meanwhile !== undefined && logged.bytes >= meanwhile.afterBytes) {
      await meanwhile.change();
      meanwhile = undefined;
    }
    if (logged.bytes >= limitBytes) return refuseRest(connection, script.ending);
    if (paceBytesPerSecond === undefined) continue;
    await new Promise((resolve) => setTimeout(resolve, (taken.length / paceBytesPerSecond) * 1000).unref());
  }
  await endData(connection, 'close-notify');
}

function refuseRest({ raw }: DataConnection, ending: TransferScript['ending']): void {
  if (ending === 'reset') raw.resetAndDestroy();
  else if (ending !== 'stall') raw.destroy();
}
