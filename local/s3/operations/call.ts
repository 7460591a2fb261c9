import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Reply } from '../protocol/reply.ts';
import { S3Error } from '../protocol/s3-error.ts';
import type { Bucket } from '../store/bucket-index.ts';
import type { Store } from '../store/store.ts';

/** A request for one operation. */
export interface Call {
  readonly request: IncomingMessage;
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  /** The bucket in the path. It exists. */
  readonly bucket: Bucket;
  /** Empty in operations on a bucket. */
  readonly key: string;
}

export type Operation = (call: Call, store: Store) => Reply | Promise<Reply>;

/** The value of a header that occurs at most once. */
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

/** @throws S3Error InvalidArgument when the parameter is not an integer within its bounds. */
export function integerParameter(call: Call, { name, fallback, min, max }: NumberRule): number {
  const text = call.query.get(name);
  if (text === null || text === '') return fallback;
  if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new S3Error('InvalidArgument', `${name} must be an integer between ${min} and ${max}, inclusive`, {
    fields: { ArgumentName: name, ArgumentValue: text },
  });
}

/** The number of entries on a page of a listing; S3 limits it to 1,000. */
export function pageLimit(call: Call, name: string): number {
  return Math.min(1000, integerParameter(call, { name, fallback: 1000, min: 0, max: 2 ** 29 }));
}

/**
 * The function that encodes the keys of a listing: URL-encoded with `encoding-type=url`, otherwise unchanged.
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
