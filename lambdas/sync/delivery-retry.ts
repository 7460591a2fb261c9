import type { FtpsFault } from './ftps-fault.ts';
import { faultPolicies } from './retry.ts';

/**
 * Pauses before the next tries of a delivery, in seconds: over an hour in all, so that a partner that is away for an hour
 * gets its files without anybody's help.
 */
const pausesSeconds = [120, 480, 1200, 2400] as const;

const longestPauseSeconds = 2400;

/** The try after which a delivery goes to the dead letters. */
export const lastTry = pausesSeconds.length + 1;

/** Pause of a delivery while our own other flows have all connections of its partner. It has waited already. */
export const whileBusySeconds = 30;

/**
 * Pause of a delivery while nobody connects to its partner. A new secret closes the circuit early, and nobody tells the queue: so it
 * is looked at after the longest pause all the same.
 */
export function whileCircuitOpen(waitMs: number): number {
  return Math.min(longestPauseSeconds, Math.max(1, Math.ceil(waitMs / 1000)));
}

/** What follows a try that failed: another one after a pause, or none. */
export type AfterTry = { readonly kind: 'again'; readonly seconds: number } | { readonly kind: 'give-up' };

/**
 * A fault that stays until a person has set it right (a refused login, a wrong certificate) gets the longest pause at once. That
 * no account is locked is not this pause's work but the circuit's, which all groups of the partner share (circuit.ts).
 * @param tries how often the version has been tried, this time included.
 * @param fault undefined for what went wrong on our side.
 */
export function afterTry(tries: number, fault: FtpsFault | undefined): AfterTry {
  if (tries >= lastTry) return { kind: 'give-up' };
  if (fault !== undefined && !faultPolicies[fault].again)
    return { kind: 'again', seconds: longestPauseSeconds };
  return { kind: 'again', seconds: pausesSeconds[tries - 1] ?? pausesSeconds[0] };
}

/** Who waits behind a large object is received again for each invocation that it takes: 5 TB at 20 MB/s are 300 of them. */
const lastUncounted = 500;

/**
 * What follows a failure of ours that came before the tries could be read, so that there is nothing to go by but how often the
 * message was received: also behind others, without having been tried.
 */
export function afterUncounted(received: number): AfterTry {
  return received >= lastUncounted ? { kind: 'give-up' } : { kind: 'again', seconds: pausesSeconds[1] };
}

/** Five a partner that is away costs in an hour, without a try. */
const mostUsual = 20;

/** Whether a message was received so often that its function may be lost each time it is tried, before it can say a word. */
export function isSuspicious(received: number): boolean {
  return received > mostUsual;
}

/** The number of the try that follows those recorded; one that was given up and moved back begins anew. */
export function nextTry(triesBefore: number): number {
  return triesBefore >= lastTry ? 1 : triesBefore + 1;
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

/** Whether the fault is recorded as failed at once, instead of being tried again. */
export function isRefusal(fault: FtpsFault): boolean {
  return refusals.has(fault);
}
