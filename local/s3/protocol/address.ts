import { S3Error } from './s3-error.ts';

/** The parts of a path-style URL: `/bucket/key?query`. */
export interface Address {
  /** Empty for a request to the service. */
  readonly bucket: string;
  /** Empty for a request to the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/** "Creating object key names": in UTF-8. */
const maxKeyBytes = 1024;

/**
 * Parses the URL of a request. `new URL` is not used, because it resolves `..` and `.`, which keys may
 * contain.
 * @throws S3Error InvalidURI, KeyTooLongError.
 */
export function parseAddress(url: string): Address {
  const queryStart = url.indexOf('?');
  const path = queryStart < 0 ? url : url.slice(0, queryStart);
  const query = new URLSearchParams(queryStart < 0 ? '' : url.slice(queryStart + 1));
  const match = /^\/([^/]*)\/?(.*)$/s.exec(path);
  if (match === null) throw invalidUri();
  const bucket = decode(match[1] ?? '');
  const key = decode(match[2] ?? '');
  const keyBytes = Buffer.byteLength(key);
  if (keyBytes > maxKeyBytes) {
    throw new S3Error('KeyTooLongError', 'Your key is too long', {
      fields: { Size: String(keyBytes), MaxSizeAllowed: String(maxKeyBytes) },
    });
  }
  return { bucket, key, query };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalidUri(cause);
  }
}

function invalidUri(cause?: unknown): S3Error {
  return new S3Error('InvalidURI', "Couldn't parse the specified URI.", { cause });
}
