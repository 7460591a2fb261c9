import type { RemoteFile } from './remote-file.ts';
import { latestModified, type ServerZone } from './server-zone.ts';

/**
 * A minute that the listed time may stand for, where it was asked for in seconds, and another one by which
 * the clock of the server may be behind ours. `settled.minAge` of two minutes, its default, is as long.
 */
const marginMs = 2 * 60_000;

/**
 * Whether a file that is written from now on gets another modified time than this one in a listing: the
 * minute or day that the time stands for is over at the server. Until then, a replacement may look the same.
 */
export function isTimeFinal(
  file: Pick<RemoteFile, 'path' | 'modified'>,
  { now, zone }: { readonly now: Date; readonly zone: ServerZone },
): boolean {
  const latest = latestModified(file, zone);
  return latest !== undefined && latest.at.getTime() + marginMs <= now.getTime();
}
