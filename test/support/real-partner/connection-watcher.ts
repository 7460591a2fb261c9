import { existsSync, readFileSync } from 'node:fs';

/** The kernel's own list of connections (proc(5)), of IPv4 and of IPv6, where one of IPv4 may stand too. */
const lists = ['/proc/net/tcp', '/proc/net/tcp6'].filter((file) => existsSync(file));

/** Why connections cannot be counted here, or undefined where they can. */
export const noConnectionList = lists.length > 0 ? undefined : 'connections are counted in /proc, on Linux';

/** To read the list may cost the kernel 30 ms, which are taken from those who are watched. */
const intervalMs = 500;

/**
 * Counts, until it is stopped, how many connections are established at a port of this machine, on the side of the server: those
 * that it has accepted, whatever the client thinks of them. A connection that lives for less than half a second may be missed:
 * the server's own limit is the net below this.
 */
export class ConnectionWatcher {
  readonly #atPort: RegExp;
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  constructor(port: number) {
    // Each line is `sl: local_address rem_address st queues timer retransmits uid timeout inode ...`; state 01 is established.
    const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
    this.#atPort = new RegExp(
      String.raw`^ *\d+: [\dA-F]+:${hexPort} ([\dA-F:]+) 01 (?:\S+ +){5}(\d+) `,
      'gm',
    );
    this.#timer = setInterval(() => this.#look(), intervalMs);
  }

  /** The most that were established at once. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#peak;
  }

  /**
   * The kernel writes its list piece by piece, so that one reading may show a connection that has ended beside one that has begun since,
   * or one twice. What stands in two readings, one after the other, was there at the moment between them.
   */
  #look(): void {
    const before = this.#established();
    const after = this.#established();
    this.#peak = Math.max(this.#peak, before.intersection(after).size);
  }

  /** Each connection as `rem_address inode`: the inode tells the next one at the same address from it. */
  #established(): ReadonlySet<string> {
    const lines = lists.flatMap((file) => [...readFileSync(file, 'latin1').matchAll(this.#atPort)]);
    return new Set(lines.map(([, remote, inode]) => `${remote} ${inode}`));
  }
}
