import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';

/** Requests of functions to the local stack, in the kinds that AWS bills. */
export interface RequestCounts {
  /** PUT, POST and LIST. */
  readonly s3Writes: number;
  /** GET and HEAD. */
  readonly s3Reads: number;
  readonly tableWrites: number;
  readonly tableReads: number;
}

const started = 'http.server.request.start';

/**
 * Counts what functions ask of buckets and table while the work goes on. The stack answers in this process, and Node tells of
 * each request that a server gets; those of the command that follows the run are known by their client and left out.
 */
export async function countRequests(work: () => Promise<unknown>): Promise<RequestCounts> {
  const counts = { s3Writes: 0, s3Reads: 0, tableWrites: 0, tableReads: 0 };
  const count = (message: unknown) => {
    const kind = kindOf(message);
    if (kind !== undefined) counts[kind] += 1;
  };
  subscribe(started, count);
  try {
    await work();
  } finally {
    unsubscribe(started, count);
  }
  return counts;
}

function kindOf(message: unknown): keyof RequestCounts | undefined {
  if (typeof message !== 'object' || message === null || !('request' in message)) return undefined;
  const { request } = message;
  if (!(request instanceof IncomingMessage)) return undefined;
  if (!request.headers['user-agent']?.includes('AWS_Lambda')) return undefined;
  const [service, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (service === '') return kindOfObjectRequest(request);
  if (service !== 'DynamoDB_20120810') return undefined;
  return tableReads.has(operation) ? 'tableReads' : 'tableWrites';
}

const tableReads = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** A GET of a bucket, of open uploads or of an upload's parts is a LIST; a DELETE costs nothing. */
function kindOfObjectRequest({ method, url = '' }: IncomingMessage): keyof RequestCounts | undefined {
  if (method === 'DELETE') return undefined;
  if (method === 'PUT' || method === 'POST') return 's3Writes';
  return /[?&](list-type|uploads|uploadId)\b/.test(url) ? 's3Writes' : 's3Reads';
}
