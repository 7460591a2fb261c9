import type { RemotePath } from './remote-path.ts';

/**
 * What names a ledger entry of a flow: the path of a file below the flow's remote directory (pull), or the
 * key of an object below the flow's prefix (push). Never empty; otherwise letter for letter.
 */
export type RelativePath = string & { readonly __brand: 'RelativePath' };

/** A path is not below its flow: the flow's `remote` or `prefix` changed while it was being processed. */
export class RelativePathError extends Error {
  override readonly name = 'RelativePathError';
}

/** @throws RelativePathError if the text is empty: no entry may stand for the flow itself. */
export function parseRelativePath(text: string): RelativePath {
  if (text === '') throw new RelativePathError('A path below a flow must not be empty');
  return text as RelativePath;
}

/**
 * The path of a file below the flow's remote directory.
 * @throws RelativePathError if the file is not below it.
 * @example pathBelow('/out', '/out/2026/a.csv') // '2026/a.csv'
 */
export function pathBelow(remote: RemotePath, path: RemotePath): RelativePath {
  if (!isBelow(remote, path)) throw outside(path, remote);
  return parseRelativePath(path.slice(withSlash(remote).length));
}

/**
 * The path of a directory below the flow's remote directory; empty for the remote directory itself.
 * @throws RelativePathError if the directory is neither.
 */
export function directoryBelow(remote: RemotePath, directory: RemotePath): string {
  return directory === remote ? '' : pathBelow(remote, directory);
}

/**
 * The key of an object below the flow's prefix.
 * @throws RelativePathError if the key does not begin with the prefix, or is the prefix itself.
 * @example keyBelow('acme/orders/', 'acme/orders/2026/a.csv') // '2026/a.csv'
 */
export function keyBelow(prefix: string, key: string): RelativePath {
  if (!key.startsWith(prefix) || key === prefix) throw outside(key, prefix);
  return parseRelativePath(key.slice(prefix.length));
}

/** Whether the path is inside the directory, at any depth; the directory itself is not. */
export function isBelow(directory: RemotePath, path: RemotePath): boolean {
  const start = withSlash(directory);
  return path.startsWith(start) && path.length > start.length;
}

function withSlash(directory: RemotePath): string {
  return directory === '/' ? '/' : `${directory}/`;
}

function outside(path: string, root: string): RelativePathError {
  return new RelativePathError(`${JSON.stringify(path)} is not below ${JSON.stringify(root)}`);
}
