import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { isFromFunction } from '../wait-until.ts';

/** Requests of functions to the local stack, by the kinds that AWS bills. */
export interface RequestCounts {
  /** PUT, POST and LIST. */
  readonly s3Writes: number;
  /** GET and HEAD. */
  readonly s3Reads: number;
  readonly tableWrites: number;
  /** Without `connectionReads`. */
  readonly tableReads: number;
  /**
   * Of connection slots, connection limit and circuit. A function that waits for a slot repeats them by the
   * clock, so their number depends on the machine.
   */
  readonly connectionReads: number;
}

const started = 'http.server.request.start';

/**
 * Counts the requests of functions to buckets and table during `work`. The stack serves in this process, so
 * Node publishes each request. Requests of the command that follows the run do not count.
 */
export async function countRequests(work: () => Promise<unknown>): Promise<RequestCounts> {
  const counts = { s3Writes: 0, s3Reads: 0, tableWrites: 0, tableReads: 0, connectionReads: 0 };
  const count = (message: unknown) => {
    if (!isFromFunction(message)) return;
    const { request } = message;
    onBody(request, (body) => {
      const kind = classify(request, body);
      if (kind !== undefined) counts[kind] += 1;
    });
  };
  subscribe(started, count);
  try {
    await work();
  } finally {
    unsubscribe(started, count);
  }
  return counts;
}

/** Reads the body on its way to the server, which alone may consume it. */
function onBody(request: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding) => {
    if (chunk === null) done(Buffer.concat(chunks).toString());
    else if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    return push(chunk, encoding);
  };
}

function classify(request: IncomingMessage, body: string): keyof RequestCounts | undefined {
  const [service, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (service === '') return classifyObjectRequest(request);
  if (service !== 'DynamoDB_20120810') return undefined;
  if (!tableReads.has(operation)) return 'tableWrites';
  return /"S":"(SLOT#|BUDGET"|CIRCUIT")/.test(body) ? 'connectionReads' : 'tableReads';
}

const tableReads = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** A GET of a bucket, of open uploads or of an upload's parts is a LIST; a DELETE is free. */
function classifyObjectRequest({ method, url = '' }: IncomingMessage): keyof RequestCounts | undefined {
  if (method === 'DELETE') return undefined;
  if (method === 'PUT' || method === 'POST') return 's3Writes';
  return /[?&](list-type|uploads|uploadId)\b/.test(url) ? 's3Writes' : 's3Reads';
}
