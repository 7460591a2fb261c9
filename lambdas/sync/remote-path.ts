/** An absolute path at the partner: starts with `/`, no empty, `.` or `..` component, nothing a command line could break on. */
export type RemotePath = string & { readonly __brand: 'RemotePath' };

/** Why a name or a path from outside cannot become a {@link RemotePath}. */
export type PathFault =
  | 'empty'
  | 'relative'
  | 'dot-component'
  | 'slash-in-name'
  | 'control-character'
  | 'not-text';

export class RemotePathError extends Error {
  override readonly name = 'RemotePathError';
  readonly fault: PathFault;

  constructor(fault: PathFault, text: string) {
    super(`${JSON.stringify(text)} cannot be a remote path: ${fault}`);
    this.fault = fault;
  }
}

export const rootPath = '/' as RemotePath;

/**
 * Parses an absolute path. A trailing slash is dropped; everything else must already be normal.
 * @throws RemotePathError naming the fault.
 */
export function parseRemotePath(text: string): RemotePath {
  if (text === '/') return rootPath;
  if (!text.startsWith('/')) throw new RemotePathError(text === '' ? 'empty' : 'relative', text);
  const trimmed = text.endsWith('/') ? text.slice(0, -1) : text;
  for (const name of trimmed.slice(1).split('/')) {
    const fault = nameFault(name);
    if (fault !== undefined) throw new RemotePathError(fault, text);
  }
  return trimmed as RemotePath;
}

/**
 * What is wrong with one name as a path component, or undefined.
 * CR, LF and NUL would end an FTP command (RFC 959, 5.3.1); the other control characters have no honest use in a file name.
 */
export function nameFault(name: string): PathFault | undefined {
  if (name === '') return 'empty';
  if (name === '.' || name === '..') return 'dot-component';
  if (name.includes('/')) return 'slash-in-name';
  // U+FFFD is what a decoder writes for bytes it could not read: the real name is unknown.
  if (name.includes('\uFFFD') || !name.isWellFormed()) return 'not-text';
  return hasControlCharacter(name) ? 'control-character' : undefined;
}

/** @throws RemotePathError where the name is no single, safe component. */
export function childPath(directory: RemotePath, name: string): RemotePath {
  const fault = nameFault(name);
  if (fault !== undefined) throw new RemotePathError(fault, name);
  return (directory === '/' ? `/${name}` : `${directory}/${name}`) as RemotePath;
}

export function parentPath(path: RemotePath): RemotePath {
  const end = path.lastIndexOf('/');
  return end <= 0 ? rootPath : (path.slice(0, end) as RemotePath);
}

export function nameOf(path: RemotePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The part of `path` below `root`, without a leading slash; undefined where `path` is not below `root`. */
export function pathBelow(root: RemotePath, path: RemotePath): string | undefined {
  const start = root === '/' ? '/' : `${root}/`;
  return path.startsWith(start) && path.length > start.length ? path.slice(start.length) : undefined;
}

/** How many components the path has; the root has none. */
export function pathDepth(path: RemotePath): number {
  return path === '/' ? 0 : path.split('/').length - 1;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}
