import { pathBelow } from './relative-path.ts';
import type { RemotePath } from './remote-path.ts';

/** The key of an object in the inbox bucket. */
export type ObjectKey = string & { readonly __brand: 'ObjectKey' };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html: at most 1,024 bytes of UTF-8. */
export const maxKeyBytes = 1024;

/** Maps a flow's remote directory to its prefix. */
export interface KeyMapping {
  readonly remote: RemotePath;
  readonly prefix: string;
}

/**
 * The key of a file: the flow's prefix and the path below its remote directory, letter for letter. Nothing is
 * escaped or normalized, so two paths never share a key, and the key contains the path. Undefined if the key
 * would be too long for S3.
 * @throws RelativePathError if the path is not below the flow's remote directory.
 * @example toObjectKey({ remote: '/out', prefix: 'acme/' }, '/out/2026/a.csv') // 'acme/2026/a.csv'
 */
export function toObjectKey(mapping: KeyMapping, path: RemotePath): ObjectKey | undefined {
  const key = `${mapping.prefix}${pathBelow(mapping.remote, path)}`;
  return Buffer.byteLength(key) <= maxKeyBytes ? (key as ObjectKey) : undefined;
}
