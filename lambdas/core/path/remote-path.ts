/**
 * An absolute path at the partner: it starts with `/`, and has no empty, `.` or `..` components and no
 * control characters, so it is safe in an FTP command.
 */
export type RemotePath = string & { readonly __brand: 'RemotePath' };

/** Why a text is not a {@link RemotePath}. */
export type PathErrorKind =
  | 'empty'
  | 'relative'
  | 'dot-component'
  | 'slash-in-name'
  | 'control-character'
  | 'invalid-encoding';

export class RemotePathError extends Error {
  override readonly name = 'RemotePathError';
  readonly error: PathErrorKind;

  constructor(error: PathErrorKind, text: string) {
    super(`${JSON.stringify(text)} is not a valid remote path: ${error}`);
    this.error = error;
  }
}

export const rootPath = '/' as RemotePath;

/**
 * Parses an absolute path. A trailing slash is dropped; the rest must be normal already.
 * @throws RemotePathError with the reason.
 */
export function parseRemotePath(text: string): RemotePath {
  if (text === '/') return rootPath;
  if (!text.startsWith('/')) throw new RemotePathError(text === '' ? 'empty' : 'relative', text);
  const trimmed = text.endsWith('/') ? text.slice(0, -1) : text;
  for (const name of trimmed.slice(1).split('/')) {
    const error = nameError(name);
    if (error !== undefined) throw new RemotePathError(error, text);
  }
  return trimmed as RemotePath;
}

/**
 * Why a name is not a valid path component; undefined if it is. CR, LF and NUL would end an FTP command (RFC
 * 959, 5.3.1); the other control characters have no legitimate use in a file name.
 */
export function nameError(name: string): PathErrorKind | undefined {
  if (name === '') return 'empty';
  if (name === '.' || name === '..') return 'dot-component';
  if (name.includes('/')) return 'slash-in-name';
  // A decoder writes U+FFFD for bytes that it cannot decode: the real name is unknown.
  if (name.includes('\uFFFD') || !name.isWellFormed()) return 'invalid-encoding';
  return hasControlCharacter(name) ? 'control-character' : undefined;
}

/** @throws RemotePathError if the name is not a valid path component. */
export function childPath(directory: RemotePath, name: string): RemotePath {
  const error = nameError(name);
  if (error !== undefined) throw new RemotePathError(error, name);
  return (directory === '/' ? `/${name}` : `${directory}/${name}`) as RemotePath;
}

export function parentPath(path: RemotePath): RemotePath {
  const end = path.lastIndexOf('/');
  return end <= 0 ? rootPath : (path.slice(0, end) as RemotePath);
}

export function baseName(path: RemotePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The number of components; 0 for the root. */
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
