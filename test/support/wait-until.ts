import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 50;

/** The most that one poll adds to the time without a move: a pause of this process is not a hang. */
const maxPollMs = 1_000;

export interface Wait<T> {
  /** What is waited for, as the end of 'Nothing has moved for ... while waiting until ...'. */
  readonly what: string;
  /** Undefined or false: not yet. */
  readonly check: () => Promise<T | undefined | false> | T | undefined | false;
  /**
   * Something that changes while work goes on and that {@link activity} does not see: what another process
   * wrote, counts, sizes. Compared as JSON, and part of the error.
   */
  readonly progress?: () => unknown;
  /**
   * How long nothing may move. Default: two minutes, because a busy machine is slow but does not stand still.
   */
  readonly maxStillMs?: number;
}

/**
 * Polls until `check` answers, for as long as anything moves: no wait has a time limit, because a test must
 * not fail when the machine is slow.
 * @returns the first answer that is neither undefined nor false.
 * @throws Error when neither `progress` nor the servers of this process have seen a move for `maxStillMs`.
 * @example await waitUntil({ what: 'the file is staged', check: () => staged(), progress: () => stagedBytes()
 * });
 */
export async function waitUntil<T>(wait: Wait<T>): Promise<T> {
  const { what, check, progress = () => undefined, maxStillMs = 120_000 } = wait;
  let last = '';
  let stillMs = 0;
  let polledAt = performance.now();
  while (true) {
    const answer = await check();
    if (answer !== undefined && answer !== false) return answer;

    const state = JSON.stringify([activity(), await progress()]);
    const now = performance.now();
    stillMs = state === last ? stillMs + Math.min(now - polledAt, maxPollMs) : 0;
    polledAt = now;
    last = state;
    if (stillMs > maxStillMs) {
      throw new Error(`Nothing has moved for ${maxStillMs / 1000} s while waiting until ${what}: ${state}`);
    }
    await sleep(pollMs);
  }
}

let connections = 0;
let requests = 0;
subscribe('net.server.socket', () => {
  connections += 1;
});
subscribe('http.server.request.start', (message) => {
  if (isFromFunction(message)) requests += 1;
});

/**
 * What has reached the servers of this process so far: connections to the FTPS servers, and requests of
 * functions to the local stack. The polls of a test, which keep their connection, do not count.
 */
function activity(): { readonly connections: number; readonly requests: number } {
  return { connections, requests };
}

/** Whether a message of `http.server.request.start` tells of a request that a function has made. */
export function isFromFunction(message: unknown): message is { readonly request: IncomingMessage } {
  if (typeof message !== 'object' || message === null || !('request' in message)) return false;
  const { request } = message;
  return request instanceof IncomingMessage && request.headers['user-agent']?.includes('AWS_Lambda') === true;
}
