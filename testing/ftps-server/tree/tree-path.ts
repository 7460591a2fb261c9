import type { TreePath } from './file-tree.ts';

/** The bytes of a path or name, one character per byte. A string is encoded as UTF-8. */
export function treePath(path: string | Buffer): TreePath {
  return (typeof path === 'string' ? Buffer.from(path, 'utf8') : path).toString('latin1');
}

/** A path or name for messages: decoded as UTF-8, with U+FFFD for invalid bytes. */
export function readablePath(path: TreePath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** The argument of a command as an absolute path, relative to a directory, without `.` and `..`. */
export function resolvePath(directory: TreePath, argument: string): TreePath {
  const names: string[] = [];
  const absolute = argument.startsWith('/') ? argument : `${directory}/${argument}`;
  for (const name of absolute.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

/** The components of the path; empty for the root. */
export function namesOf(path: TreePath): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}

export function parentOf(path: TreePath): TreePath {
  return resolvePath(path, '..');
}

export function lastNameOf(path: TreePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
