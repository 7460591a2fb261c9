import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Bucket } from './bucket-index.ts';
import { S3Error } from './errors.ts';
import type { Reply } from './reply.ts';
import type { Store } from './store.ts';

/** A request of one operation. */
export interface Call {
  readonly request: IncomingMessage;
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  /** The bucket named in the path, which exists; operations on no bucket get none of this. */
  readonly bucket: Bucket;
  /** Empty in operations on a bucket. */
  readonly key: string;
}

export type Operation = (call: Call, store: Store) => Reply | Promise<Reply>;

/** The value of a header sent at most once. */
export function header(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  return typeof value === 'string' ? value : undefined;
}

interface NumberRule {
  readonly name: string;
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/** @throws S3Error InvalidArgument where the parameter is no integer in its bounds. */
export function integerParameter(call: Call, { name, fallback, min, max }: NumberRule): number {
  const text = call.query.get(name);
  if (text === null || text === '') return fallback;
  if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new S3Error('InvalidArgument', `${name} must be an integer between ${min} and ${max}, inclusive`, {
    fields: { ArgumentName: name, ArgumentValue: text },
  });
}

/** How many entries a page of a listing has; S3 gives a thousand at most, whatever was asked for. */
export function pageLimit(call: Call, name: string): number {
  return Math.min(1000, integerParameter(call, { name, fallback: 1000, min: 0, max: 2 ** 29 }));
}

/**
 * How a listing writes keys: as they are, or URL-encoded with `encoding-type=url`.
 * @throws S3Error InvalidArgument for another encoding type.
 */
export function keyEncoding(call: Call): (key: string) => string {
  const type = call.query.get('encoding-type');
  if (type === null) return (key) => key;
  if (type !== 'url') throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request');
  return (key) =>
    encodeURIComponent(key)
      .replace(/[!'()*~]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+');
}
