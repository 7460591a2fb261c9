import type { FtpsFault } from './ftps-fault.ts';
import { faultPolicies } from './retry.ts';

/**
 * Pauses before the next tries of a delivery, in seconds: over an hour in all, so that a partner that is away for an hour
 * gets its files without anybody's help.
 */
const pausesSeconds = [120, 480, 1200, 2400] as const;

const longestPauseSeconds = 2400;

/**
 * Seconds until the next try. After the fifth there is none, and no pause either: the message goes to the dead-letter queue,
 * and its group goes on. A fault that stays until a person has set it right (a refused login, a wrong certificate) gets the
 * longest pause at once: a login is then tried twice an hour for each of the partner's groups, and the account is not locked.
 * @param tries how often the message has been received, from 1.
 * @param fault undefined for what went wrong on our side.
 */
export function deliveryPauseSeconds(tries: number, fault: FtpsFault | undefined): number {
  if (tries > pausesSeconds.length) return 0;
  if (fault !== undefined && !faultPolicies[fault].again) return longestPauseSeconds;
  return pausesSeconds[tries - 1] ?? pausesSeconds[0];
}

/** Refusals that another try cannot change: the delivery is recorded as failed and blocks nobody behind it. */
const refusals: ReadonlySet<FtpsFault> = new Set<FtpsFault>([
  'gone',
  'denied',
  'refused',
  'name-refused',
  'no-space',
  'not-supported',
]);

export function isRefusal(fault: FtpsFault): boolean {
  return refusals.has(fault);
}
