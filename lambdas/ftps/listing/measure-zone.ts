import type { MeasuredZone } from '../../core/listing/server-zone.ts';
import {
  type AnsweredSample,
  firstSamples,
  isAgeUncertain,
  toMeasuredZone,
  type ZoneSample,
} from '../../core/listing/zone-samples.ts';
import { requestModifiedTimes } from '../session/file-facts.ts';
import type { Session } from '../session/session.ts';

export interface MeasureZoneOptions {
  readonly now: Date;
  /** From which age on it does not matter how old a file is. */
  readonly minAgeMs: number;
}

/**
 * Asks for the MDTM of listed files, which is UTC (RFC 3659, 2.3): of a few, to see how far the server's LIST
 * times are from UTC, and of all others that may be younger than the minimum age. One round trip each for a
 * hundred files. A server whose MDTM is local time too (vsftpd with use_localtime=YES) appears as UTC; set
 * connection.timeZone for it.
 * @param samples the newest first.
 * @throws FtpsError where the session is gone.
 */
export async function measureZone(
  session: Session,
  samples: readonly ZoneSample[],
  options: MeasureZoneOptions,
): Promise<MeasuredZone> {
  const first = await ask(session, samples.slice(0, firstSamples));
  const zone = toMeasuredZone(first);
  // A server that answers none of them has no MDTM.
  if (first.length === 0) return zone;
  const uncertain = samples.slice(firstSamples).filter((sample) => isAgeUncertain(sample, zone, options));
  return toMeasuredZone([...first, ...(await ask(session, uncertain))]);
}

async function ask(session: Session, samples: readonly ZoneSample[]): Promise<readonly AnsweredSample[]> {
  const times = await requestModifiedTimes(
    session,
    samples.map(({ path }) => path),
  );
  return samples.flatMap((sample, index) => {
    const mdtm = times[index];
    return mdtm === undefined ? [] : [{ sample, mdtm }];
  });
}
