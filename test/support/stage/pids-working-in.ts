import { readdirSync, readlinkSync } from 'node:fs';

/**
 * The processes that work in the folder or below it: a function's child works in the folder of its bundle. Read from
 * /proc, so Linux alone can tell.
 */
export function pidsWorkingIn(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => workingFolderOf(pid)?.startsWith(`${folder}/`) === true)
    .map(Number);
}

function workingFolderOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return undefined;
  }
}
