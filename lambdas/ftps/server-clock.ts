import type { RemoteFile } from '../sync/remote-file.ts';
import type { ServerZone } from '../sync/server-zone.ts';
import { modifiedTimesOf } from './commands.ts';
import type { Session } from './session.ts';

/** Enough for a majority, few enough for one round trip. */
const maxSamples = 20;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** All zones in use are whole quarters of an hour, between 12 hours behind and 14 ahead of UTC. */
const stepMs = 15 * minuteMs;
const maxOffsetMs = 15 * hourMs;

/**
 * The zone of a server's LIST times, found by asking MDTM (UTC, RFC 3659, 2.3) for some of the listed files.
 * Unknown where the server has no MDTM, no file tells, or they do not agree by more than half: Pure-FTPd, for one, writes
 * summer dates with the winter's offset. A server whose MDTM is local time too (vsftpd with use_localtime=YES) looks
 * like UTC here; its zone must be set in the partner file.
 */
export async function measureZone(session: Session, files: readonly RemoteFile[]): Promise<ServerZone> {
  const samples = files.flatMap(({ path, modified }) =>
    modified?.clock === 'server' && modified.precision !== 'day' ? [{ path, modified }] : [],
  );
  const chosen = samples.slice(-maxSamples);
  const times = await modifiedTimesOf(
    session,
    chosen.map(({ path }) => path),
  );
  const offsets = chosen.flatMap(({ modified }, index) => {
    const mdtm = times[index];
    const offset = mdtm === undefined ? undefined : offsetMinutes(modified.wallClock, mdtm.wallClock);
    return offset === undefined ? [] : [offset];
  });
  const minutes = majorityOf(offsets);
  return minutes === undefined ? { kind: 'unknown' } : { kind: 'offset', minutes };
}

/** Undefined where the difference is no zone: the file has changed since it was listed, or the year was guessed wrong. */
function offsetMinutes(listed: string, utc: string): number | undefined {
  const utcMs = Math.floor(Date.parse(`${utc}Z`) / minuteMs) * minuteMs;
  const listedMs = Math.floor(Date.parse(`${listed}Z`) / minuteMs) * minuteMs;
  const offsetMs = listedMs - utcMs;
  if (offsetMs % stepMs !== 0 || Math.abs(offsetMs) > maxOffsetMs) return undefined;
  return offsetMs / minuteMs;
}

function majorityOf(values: readonly number[]): number | undefined {
  return values.find((value) => values.filter((other) => other === value).length > values.length / 2);
}
