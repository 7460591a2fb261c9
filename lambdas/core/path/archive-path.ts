import { pathBelow } from './relative-path.ts';
import { baseName, childPath, parentPath, parseRemotePath, type RemotePath } from './remote-path.ts';

/**
 * The path to which `after: { move }` moves a file at the partner. It keeps the path below `remote`, so files
 * of one name in different directories get different paths.
 * @param template a directory; {yyyy}, {MM} and {dd} stand for the day in `timeZone`.
 * @throws RelativePathError if the file is not below `remote`; RemotePathError if the template is not a
 * normal path.
 * @example archivePath('/archive/{yyyy}', { remote: '/out', path: '/out/x/a.csv' }, day) //
 * '/archive/2026/x/a.csv'
 */
export function archivePath(
  template: string,
  source: { readonly remote: RemotePath; readonly path: RemotePath },
  day: { readonly at: Date; readonly timeZone: string },
): RemotePath {
  const { yyyy, MM, dd } = calendarDay(day.at, day.timeZone);
  const directory = template.replaceAll('{yyyy}', yyyy).replaceAll('{MM}', MM).replaceAll('{dd}', dd);
  const below = pathBelow(source.remote, source.path);
  return parseRemotePath(`${directory.replace(/\/$/, '')}/${below}`);
}

function calendarDay(at: Date, timeZone: string) {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const parts = clock.formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return { yyyy: part('year'), MM: part('month'), dd: part('day') };
}

/** The path to use if the archive already has a file at the first one: no archived file is ever replaced. */
export function alternativeArchivePath(path: RemotePath, runId: string): RemotePath {
  return childPath(parentPath(path), `${baseName(path)}.${runId}`);
}
