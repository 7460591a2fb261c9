import { childPath, nameOf, parentPath, parseRemotePath, pathBelow, type RemotePath } from './remote-path.ts';

/**
 * Where a taken file is moved at the partner: the dated directory, and below it the path that the file had below `remote`,
 * so that two files of one name in different directories do not meet.
 * @param template a directory with {yyyy}, {MM} and {dd}, which are those of the day in `timeZone`.
 */
export function archivePath(
  template: string,
  source: { readonly remote: RemotePath; readonly path: RemotePath },
  day: { readonly at: Date; readonly timeZone: string },
): RemotePath {
  const { yyyy, MM, dd } = calendarDay(day.at, day.timeZone);
  const directory = template.replaceAll('{yyyy}', yyyy).replaceAll('{MM}', MM).replaceAll('{dd}', dd);
  const below = pathBelow(source.remote, source.path) ?? nameOf(source.path);
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

/** The name to take where the archive has a file of that name already: nothing there is ever replaced. */
export function archivePathBeside(path: RemotePath, runId: string): RemotePath {
  return childPath(parentPath(path), `${nameOf(path)}.${runId}`);
}
