/// <reference path="./dynalite.d.ts" />
import { once } from 'node:events';
import { IncomingMessage, type ServerResponse } from 'node:http';
import dynalite from 'dynalite';
import { readBody } from '../endpoint/read-body.ts';
import { checkTables } from './check-tables.ts';
import { returnRefusedItems } from './refused-items.ts';
import { recordTableFiles } from './table-files.ts';

export interface LocalTables {
  /** Answers one request to DynamoDB. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** DynamoDB's limit on a request. */
const maxRequestBytes = 16 * 1024 * 1024;

/**
 * Opens the tables of the stack, which dynalite keeps in a LevelDB in the folder. It checks conditions and
 * enforces limits, but has no transactions and no expiry of items. LevelDB passes a write to the operating
 * system before it is acknowledged, so it survives a SIGKILL, but not a power failure.
 */
export async function openTables(folder: string): Promise<LocalTables> {
  await checkTables(folder);
  returnRefusedItems();
  const server = dynalite({ path: folder, createTableMs: 0 });
  // dynalite only closes its database after its server has listened. Requests arrive through the port of the
  // stack.
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    serve: async (request, response) => {
      // dynalite throws in an event handler when its client disconnects while it sends: pass on complete
      // requests.
      server.emit('request', await receiveWhole(request), response);
    },
    close: async () => {
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined || error === null ? resolve() : reject(error)));
      });
      recordTableFiles(folder);
    },
  };
}

async function receiveWhole(request: IncomingMessage): Promise<IncomingMessage> {
  const body = await readBody(request, maxRequestBytes);
  const copy = new IncomingMessage(request.socket);
  // An incomplete message would close the client's connection when it ends.
  Object.assign(copy, { method: request.method, url: request.url, headers: request.headers, complete: true });
  copy.push(body);
  copy.push(null);
  return copy;
}
