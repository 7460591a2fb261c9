import type { RemoteFile } from '../listing/remote-file.ts';
import {
  configuredZone,
  type MeasuredZone,
  modifiedInstant,
  type ServerZone,
  seasonOffsets,
} from '../listing/server-zone.ts';
import { type ExaminedPartner, flowNames, pullFlows } from './examined-partner.ts';
import { type Finding, finding } from './finding.ts';
import { durationText, offsetText, zoneSetting, zoneSettings } from './zone-settings.ts';

export interface ZoneFacts {
  readonly style: string;
  /** Measured by comparing MDTM with the listing. */
  readonly measured: MeasuredZone;
  /** How many listed files could be compared. */
  readonly files: number;
  /** How many listed files have a time. */
  readonly dated: number;
  /** The listed files that are dated in the future. */
  readonly future: readonly RemoteFile[];
  readonly now: Date;
  /** Files were listed, and none of them has a time. */
  readonly hasNoTimes?: boolean;
}

/** What the listed times show of the server's clock, without a file of our own. */
export function evaluateZone(facts: ZoneFacts, partner: ExaminedPartner): Finding {
  const { style, measured, files } = facts;
  if (facts.future.length > 0) return futureTimes(facts, partner);
  const configured = configuredZone(partner.connection);
  if (configured !== undefined && (style !== 'MLSD' || configured.of === 'all')) {
    return setZone(configured.name, facts, partner);
  }
  if (style === 'MLSD' && facts.hasNoTimes === true) {
    return finding('warning', {
      found: 'MLSD gives no times',
      means:
        'The time of a file is that of MDTM, which is UTC; without MDTM, its age counts from the first run that listed it unchanged.',
    });
  }
  if (style === 'MLSD') return utcTimes(facts);
  if (measured.offsets.length > 0) {
    return finding('ok', {
      found: `LIST times are ${offsetsText(measured.offsets)} (MDTM compared with the listing of ${files} files)`,
      means:
        'timeZone: auto detects this in each run, and asks each young file for its MDTM. A server whose MDTM is local time too looks like UTC: only the step `clock` of --write tells.',
    });
  }
  return unknownZone(files, partner);
}

/** Local time west of Greenwich cannot be told from UTC: it makes files look older than they are. */
function utcTimes({ dated }: ZoneFacts): Finding {
  return finding('ok', {
    found:
      dated === 0
        ? 'MLSD times are read as UTC (RFC 3659); no file shows one now'
        : `MLSD times are read as UTC (RFC 3659), and none of ${dated} files is dated in the future`,
    means:
      'connection.timeZone is not needed, unless the server writes local time and is west of Greenwich, where it looks the same: only the step `clock` of --write tells.',
  });
}

/**
 * A server whose MDTM is local time shows UTC, whatever its zone is. Any other offset must be one of the zone
 * that is set.
 */
function setZone(timeZone: string, facts: ZoneFacts, { connection }: ExaminedPartner): Finding {
  const { offsets } = facts.measured;
  const compared = offsets.length > 0 ? `; MDTM and the listing show ${offsetsText(offsets)}` : '';
  const found = `connection.timeZone is ${timeZone}${compared}`;
  const possible = [0, ...seasonOffsets(timeZone, facts.now)];
  if (offsets.length === 0 || offsets.some((offset) => possible.includes(offset))) {
    return finding('ok', {
      found,
      means:
        connection.timeZoneOf === 'all'
          ? 'Times of LIST, MLSD and MDTM are read in this zone (timeZoneOf: all).'
          : 'Times of LIST are read in this zone.',
    });
  }
  return finding('error', {
    found,
    means:
      'The server is not in this zone: the age of every file is wrong, and a file that is still being written may be transferred.',
    advice: "Remove connection.timeZone, or set it to the server's zone.",
    settings: [
      { path: ['connection', 'timeZone'], value: 'auto', why: 'the zone is measured with MDTM in each run' },
    ],
  });
}

/** The easternmost zone. A file that is dated further ahead shows no zone. */
const maxAheadMs = 14 * 60 * 60_000;

/** Local time where UTC is required, east of Greenwich; in the west it looks like an age. */
function futureTimes(facts: ZoneFacts, partner: ExaminedPartner): Finding {
  const { style, future, dated, now, measured } = facts;
  const configured = configuredZone(partner.connection);
  const [newest, aheadMs] = furthestAhead(future, configured ?? measured, now);
  const shown = `${newest.path} (${newest.modified?.raw}), ${durationText(aheadMs)} ahead of our clock`;
  const found = `${future.length} of ${dated} files are dated in the future: ${shown}`;
  const isZone = aheadMs <= maxAheadMs;
  const means = `${
    isZone
      ? 'A server that writes local time where UTC is required looks like this, and so do a wrong clock and times that the partner sets.'
      : 'No time zone explains this: the clock of the server is wrong, or the partner sets other times.'
  } The age of such files counts from the first run that listed them unchanged (${flowNames(pullFlows(partner))}).`;
  const isCurable = isZone && (style === 'MLSD' ? configured?.of !== 'all' : configured === undefined);
  const hours = Math.ceil(aheadMs / 3_600_000);
  return finding('warning', {
    found,
    means,
    advice: isCurable
      ? "Run the doctor with --write: the time of its own file shows the server's zone for certain. If it is local time, set the settings below; else ask the partner to correct its clock."
      : 'Ask the partner to correct the clock of its server. With --write, the step `clock` compares it with ours.',
    settings: isCurable
      ? zoneSettings({ style, offsetMinutes: hours * 60, now, why: 'if the partner confirms its zone' })
      : [],
  });
}

/** The file that is dated furthest ahead, of those that a zone can explain, else of all; and how far. */
function furthestAhead(
  files: readonly RemoteFile[],
  zone: ServerZone,
  now: Date,
): readonly [file: RemoteFile, aheadMs: number] {
  const ahead = files.map((file) => {
    const instant = modifiedInstant(file, zone) ?? now;
    return [file, instant.getTime() - now.getTime()] as const;
  });
  const explained = ahead.filter(([, ms]) => ms <= maxAheadMs);
  const [furthest] = (explained.length > 0 ? explained : ahead).toSorted(([, a], [, b]) => b - a);
  if (furthest === undefined) throw new Error('there must be a file that is dated in the future');
  return furthest;
}

function unknownZone(files: number, partner: ExaminedPartner): Finding {
  const found =
    files === 0
      ? 'unknown: no file with a time was listed'
      : `unknown: MDTM of ${files} files gives no time zone`;
  const waiting = pullFlows(partner).filter(({ settled }) => !/^0+\D$/.test(settled.minAge));
  if (waiting.length === 0) {
    return finding('warning', { found, means: 'No effect: no flow uses the age of a file.' });
  }
  return finding('warning', {
    found,
    means: `${flowNames(waiting)} cannot use the time of a file of the last day: settled.minAge counts from the first run that listed it unchanged, so such files are transferred one run later.`,
    advice:
      files === 0
        ? "Run the doctor again when there are files, or set connection.timeZone to the server's zone."
        : "Set connection.timeZone to the server's zone, or ask the partner for a server with MLSD.",
    settings: files > 0 ? [zoneSetting] : [],
  });
}

/** `UTC+1:00 or UTC+2:00`. */
function offsetsText(offsets: readonly number[]): string {
  return offsets.map(offsetText).join(' or ');
}
