import { existsSync, readFileSync } from 'node:fs';

/** The kernel's own list of connections (proc(5)), of IPv4 and of IPv6, where one of IPv4 may stand too. */
const lists = ['/proc/net/tcp', '/proc/net/tcp6'].filter((file) => existsSync(file));

/** Why connections cannot be counted here, or undefined where they can. */
export const noConnectionList = lists.length > 0 ? undefined : 'connections are counted in /proc, on Linux';

/** To read the list costs the kernel milliseconds, which are taken from those who are watched. */
const intervalMs = 100;

/** A list that took longer to read is of no one moment: a session may have ended, and another begun, between two of its lines. */
const longestLookMs = 50;

/**
 * Counts, until it is stopped, how many connections are established at a port of this machine, on the side of the server: those
 * that it has accepted, whatever the client thinks of them. A connection that lives for less than 100 ms may be missed: the
 * server's own limit is the net below this.
 */
export class ConnectionWatcher {
  readonly #atPort: RegExp;
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  constructor(port: number) {
    // Each line is `sl: local_address rem_address st ...`, in hexadecimal; state 01 is established.
    const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
    this.#atPort = new RegExp(String.raw`^ *\d+: [\dA-F]+:${hexPort} [\dA-F]+:[\dA-F]{4} 01 `, 'gm');
    this.#timer = setInterval(() => this.#look(), intervalMs);
  }

  /** The most that were established at once. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#peak;
  }

  #look(): void {
    const beganMs = performance.now();
    const counts = lists.map((file) => readFileSync(file, 'latin1').match(this.#atPort)?.length ?? 0);
    if (performance.now() - beganMs > longestLookMs) return;
    this.#peak = Math.max(
      this.#peak,
      counts.reduce((sum, count) => sum + count, 0),
    );
  }
}
