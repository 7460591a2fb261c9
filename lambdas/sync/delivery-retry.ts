import type { FtpsFault } from './ftps-fault.ts';

/**
 * Pauses before the next tries of a delivery, in seconds: over an hour in all, so that a partner that is away for an hour
 * gets its files without anybody's help. A fifth failure goes to the dead-letter queue.
 */
const pausesSeconds = [120, 480, 1200, 2400] as const;

/** @param tries how often the message has been received, from 1. */
export function deliveryPauseSeconds(tries: number): number {
  return pausesSeconds[Math.min(tries, pausesSeconds.length) - 1] ?? pausesSeconds[0];
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
