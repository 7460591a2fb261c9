import { zoneOffsetMinutes } from '../listing/server-zone.ts';
import type { Setting } from './finding.ts';

/** For a server whose zone is not known. */
export const zoneSetting: Setting = {
  path: ['connection', 'timeZone'],
  value: 'Europe/Rome',
  why: "replace with the partner's zone",
};

export interface LocalTime {
  /** MLSD, or one of the forms of LIST, whose times the setting is always about. */
  readonly style: string;
  /** How far the server's local time is ahead of UTC now. */
  readonly offsetMinutes: number;
  readonly now: Date;
  readonly why: string;
}

/** The settings for a server that writes local time, with a zone that has this offset now. */
export function zoneSettings({ style, offsetMinutes, now, why }: LocalTime): readonly Setting[] {
  const zone = zoneWithOffset(offsetMinutes, now);
  const setting =
    zone === undefined
      ? zoneSetting
      : {
          path: ['connection', 'timeZone'],
          value: zone,
          why: `${why}; it is ${offsetText(offsetMinutes)} now, as other zones are`,
        };
  if (style !== 'MLSD') return [setting];
  const ofAll = { path: ['connection', 'timeZoneOf'], value: 'all', why: 'MLSD and MDTM are local time too' };
  return [setting, ofAll];
}

/** Zones that a partner is likely to be in; of several with one offset the first. */
const likelyZones = [
  ...['Europe/Rome', 'Europe/London', 'Europe/Athens', 'Europe/Istanbul', 'America/New_York'],
  ...['America/Chicago', 'America/Denver', 'America/Los_Angeles', 'America/Sao_Paulo', 'Asia/Tokyo'],
  ...['Asia/Shanghai', 'Asia/Kolkata', 'Asia/Dubai', 'Asia/Karachi', 'Asia/Bangkok', 'Australia/Sydney'],
  ...['Australia/Adelaide', 'Pacific/Auckland', 'Asia/Kathmandu', 'Asia/Dhaka', 'America/St_Johns'],
];

function zoneWithOffset(minutes: number, now: Date): string | undefined {
  const has = (zone: string) => zoneOffsetMinutes(zone, now) === minutes;
  return likelyZones.find(has) ?? Intl.supportedValuesOf('timeZone').find(has);
}

/** `UTC+5:30`, or `UTC`. */
export function offsetText(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const sign = minutes < 0 ? '-' : '+';
  const size = Math.abs(minutes);
  return `UTC${sign}${Math.floor(size / 60)}:${String(size % 60).padStart(2, '0')}`;
}

/** `8 h 50 min`, `12 min`, `3 s`. */
export function durationText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}
