import { pathBelow, type RemotePath } from './remote-path.ts';

/** A key in the inbox bucket. */
export type ObjectKey = string & { readonly __brand: 'ObjectKey' };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html: at most 1,024 bytes of UTF-8. */
export const longestKeyBytes = 1024;

/** From a flow's remote directory to its prefix. */
export interface KeyMapping {
  readonly remote: RemotePath;
  readonly prefix: string;
}

/**
 * The key of a file: the flow's prefix and the path below its remote directory, letter for letter.
 * Nothing is escaped or normalized, so two paths never share a key, and the path can be read back from the key.
 * Undefined where the path is not below the remote directory, or the key would be too long for S3.
 */
export function objectKeyOf(mapping: KeyMapping, path: RemotePath): ObjectKey | undefined {
  const below = pathBelow(mapping.remote, path);
  if (below === undefined) return undefined;
  const key = `${mapping.prefix}${below}`;
  return Buffer.byteLength(key) <= longestKeyBytes ? (key as ObjectKey) : undefined;
}
