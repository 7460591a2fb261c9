import type { TreePath } from './tree.ts';

/** The bytes of a path or name as they travel: one character for one byte. A string is written as UTF-8. */
export function treePath(path: string | Buffer): TreePath {
  return (typeof path === 'string' ? Buffer.from(path, 'utf8') : path).toString('latin1');
}

/** A path or name for people: read as UTF-8, with U+FFFD for bytes that are none. */
export function readablePath(path: TreePath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** The path that a command's argument means, seen from a directory: absolute, without `.` and `..`, never above the root. */
export function resolvePath(directory: TreePath, argument: string): TreePath {
  const names: string[] = [];
  const absolute = argument.startsWith('/') ? argument : `${directory}/${argument}`;
  for (const name of absolute.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

/** The names from the root down; none for the root itself. */
export function namesOf(path: TreePath): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}

export function parentOf(path: TreePath): TreePath {
  return resolvePath(path, '..');
}

export function lastNameOf(path: TreePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
