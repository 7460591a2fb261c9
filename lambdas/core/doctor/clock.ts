import type { ModifiedTime } from '../listing/remote-file.ts';
import { configuredZone, wallClockInstant, zoneOffsetMinutes } from '../listing/server-zone.ts';
import { type ExaminedPartner, flowNames, pullFlows } from './examined-partner.ts';
import { type Finding, finding } from './finding.ts';
import { durationText, offsetText, zoneSettings } from './zone-settings.ts';

/** The modified time of a file that was just written, as the server shows it. */
export interface ClockFacts {
  /** MLSD, or one of the forms of LIST. */
  readonly style: string;
  readonly mdtm: ModifiedTime | undefined;
  /** The time in MLST, where the listing is MLSD, which shows the same. */
  readonly mlst: ModifiedTime | undefined;
  /** When it was written, by our clock. */
  readonly writtenAt: Date;
}

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;

/** A smaller difference between the clocks is not reported. */
const maxClockSkewMs = 2 * minuteMs;

/** Zones are whole quarters of an hour away from UTC, at most 15 hours. */
const maxQuarters = 60;

/**
 * Compares the server's clock with ours: the only proof of the zone that it writes its times in. Undefined
 * where the server shows no time.
 */
export function evaluateClock(facts: ClockFacts, partner: ExaminedPartner): Finding | undefined {
  const { style, writtenAt } = facts;
  const [command, time] =
    style === 'MLSD' && facts.mlst !== undefined ? ['MLSD', facts.mlst] : ['MDTM', facts.mdtm];
  if (time === undefined) return undefined;
  const aheadMs = Date.parse(`${time.wallClock}Z`) - writtenAt.getTime();
  const clock: ShownClock = {
    style,
    writtenAt,
    aheadMs,
    offsetMinutes: toZoneOffset(aheadMs),
    shown: `${command} shows ${time.raw} for the probe file, ${aheadText(aheadMs)}`,
  };
  const zone = configuredZone(partner.connection);
  if (zone !== undefined && (zone.of === 'all' || style !== 'MLSD')) {
    const readMs = wallClockInstant(time.wallClock, zone.name).getTime() - writtenAt.getTime();
    return evaluateInZone(clock, { name: zone.name, of: zone.of ?? 'list', readMs }, partner);
  }
  if (clock.offsetMinutes === 0) return rightClock(clock, 'The server writes UTC, and its clock is right.');
  return clock.offsetMinutes === undefined ? wrongClock(clock) : localTime(clock, partner);
}

interface ShownClock extends Pick<ClockFacts, 'style' | 'writtenAt'> {
  /** How far the time is ahead of our clock, read as UTC. */
  readonly aheadMs: number;
  /** The same as the offset of a zone; undefined where no zone has it. */
  readonly offsetMinutes: number | undefined;
  readonly shown: string;
}

function toZoneOffset(aheadMs: number): number | undefined {
  const quarters = Math.round(aheadMs / quarterMs);
  const isOffset =
    Math.abs(quarters) <= maxQuarters && Math.abs(aheadMs - quarters * quarterMs) <= maxClockSkewMs;
  return isOffset ? quarters * 15 : undefined;
}

/** With a zone in the partner file, in which the listed times are read. */
function evaluateInZone(
  clock: ShownClock,
  { name, of, readMs }: { readonly name: string; readonly of: 'list' | 'all'; readonly readMs: number },
  partner: ExaminedPartner,
): Finding {
  if (Math.abs(readMs) <= maxClockSkewMs) {
    return rightClock(clock, `The server writes the local time of ${name}, and its clock is right.`);
  }
  if (clock.offsetMinutes === undefined) return wrongClock(clock, readMs);
  // LIST is read in the zone, whatever MDTM is; that LIST agrees with MDTM is checked by `time-zone`.
  if (of === 'list' && clock.offsetMinutes === 0) {
    return rightClock(clock, `MDTM is UTC, and its clock is right. LIST is read in ${name}.`);
  }
  if (clock.offsetMinutes !== 0) return localTime(clock, partner, readMs);
  return finding('error', {
    found: `${clock.shown}: it is UTC, not the local time of ${name}`,
    means: agesAreWrong(partner, readMs),
    advice: 'Remove connection.timeZoneOf.',
    settings: [
      { path: ['connection', 'timeZoneOf'], value: 'list', why: 'MLSD and MDTM are UTC at this server' },
    ],
  });
}

function rightClock({ shown }: ShownClock, means: string): Finding {
  return finding('ok', { found: shown, means });
}

/** @param readMs how far the time is ahead of our clock as flows read it. */
function localTime(clock: ShownClock, partner: ExaminedPartner, readMs = clock.aheadMs): Finding {
  const { style, offsetMinutes = 0, writtenAt: now } = clock;
  const { timeZone, timeZoneOf } = partner.connection;
  const settings = zoneSettings({ style, offsetMinutes, now, why: "replace with the partner's zone" });
  // The zone of the partner file is more than a zone with the right offset.
  const isZoneRight = timeZone !== 'auto' && zoneOffsetMinutes(timeZone, now) === offsetMinutes;
  const needed = settings.filter(({ path: [, key] }) =>
    key === 'timeZone' ? !isZoneRight : timeZoneOf !== 'all',
  );
  return finding('error', {
    found: `${clock.shown}: it is local time (${offsetText(offsetMinutes)}), not UTC (RFC 3659, 2.3)`,
    means: `${agesAreWrong(partner, readMs)} timeZone: auto cannot detect this.`,
    advice: `Set ${needed.map(({ path }) => path.join('.')).join(' and ')}, or ask the partner to write UTC (vsftpd: use_localtime=NO).`,
    settings: needed,
  });
}

/** @param aheadMs how far times are ahead of the truth as they are read now. */
function agesAreWrong(partner: ExaminedPartner, aheadMs: number): string {
  const effect =
    aheadMs < 0
      ? 'a file that is still being written looks old enough, and settled.minAge does not protect it.'
      : 'settled.minAge holds young files for longer.';
  return `File ages in ${flowNames(pullFlows(partner))} are wrong by ${durationText(Math.abs(aheadMs))}: ${effect}`;
}

function wrongClock({ shown, aheadMs }: ShownClock, readMs = aheadMs): Finding {
  return finding('warning', {
    found: shown,
    means: `No time zone explains this: the server's clock is wrong, and file ages by ${durationText(Math.abs(readMs))}.`,
    advice: 'Tell the partner, and set settled.minAge to more than the difference.',
  });
}

function aheadText(aheadMs: number): string {
  return `${durationText(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead of'} our clock`;
}
