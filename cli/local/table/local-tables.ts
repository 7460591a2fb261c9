/// <reference path="./dynalite.d.ts" />
import { once } from 'node:events';
import { IncomingMessage, type ServerResponse } from 'node:http';
import dynalite from 'dynalite';
import { readBody } from '../endpoint/read-body.ts';

export interface LocalTables {
  /** Answers one request of DynamoDB's protocol. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** DynamoDB's own limit on a request. */
const maxRequestBytes = 16 * 1024 * 1024;

/**
 * The tables of the stack, in a LevelDB in the folder: dynalite serves the calls, checks conditions and enforces limits.
 * LevelDB hands a write to the operating system before it is acknowledged, so it survives the end of this program by
 * SIGKILL (not a power cut). dynalite has no transactions and lets nothing expire.
 */
export async function openTables(folder: string): Promise<LocalTables> {
  const server = dynalite({ path: folder, createTableMs: 0 });
  // dynalite closes its database only after its server has listened; requests come through the stack's one port.
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    serve: async (request, response) => {
      // dynalite throws out of an event when its client goes away while sending: it gets requests that are complete.
      server.emit('request', await complete(request), response);
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined || error === null ? resolve() : reject(error)));
      }),
  };
}

async function complete(request: IncomingMessage): Promise<IncomingMessage> {
  const body = await readBody(request, maxRequestBytes);
  const copy = new IncomingMessage(request.socket);
  // Complete, or its end would take the client's connection down with it.
  Object.assign(copy, { method: request.method, url: request.url, headers: request.headers, complete: true });
  copy.push(body);
  copy.push(null);
  return copy;
}
