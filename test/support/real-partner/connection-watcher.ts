import { existsSync, readFileSync } from 'node:fs';

/** The kernel's lists of connections (proc(5)). The list of IPv6 can contain connections of IPv4. */
const lists = ['/proc/net/tcp', '/proc/net/tcp6'].filter((file) => existsSync(file));

/** Why connections cannot be counted; undefined when they can. */
export const noConnectionList = lists.length > 0 ? undefined : 'connections are counted in /proc, on Linux';

/** Reading the lists can take the kernel 30 ms, in which the watched processes are slowed down. */
const intervalMs = 500;

/**
 * Counts the established connections at a port of this machine until it is stopped, on the side of the
 * server. It can miss connections that last less than half a second; the server's own limit catches those.
 */
export class ConnectionWatcher {
  readonly #atPort: RegExp;
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  constructor(port: number) {
    // Each line is `sl: local_address rem_address st queues timer retransmits uid timeout inode ...`; state
    // 01 is established.
    const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
    this.#atPort = new RegExp(
      String.raw`^ *\d+: [\dA-F]+:${hexPort} ([\dA-F:]+) 01 (?:\S+ +){5}(\d+) `,
      'gm',
    );
    this.#timer = setInterval(() => this.#sample(), intervalMs);
  }

  /** @returns the peak number of connections. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#peak;
  }

  /**
   * The kernel writes a list in pieces, so one reading can show a connection that has ended next to one that
   * began since, or one twice. A connection in two consecutive readings existed at the moment between them.
   */
  #sample(): void {
    const before = this.#established();
    const after = this.#established();
    this.#peak = Math.max(this.#peak, before.intersection(after).size);
  }

  /** Each connection as `rem_address inode`: the inode distinguishes connections from the same address. */
  #established(): ReadonlySet<string> {
    const lines = lists.flatMap((file) => [...readFileSync(file, 'latin1').matchAll(this.#atPort)]);
    return new Set(lines.map(([, remote, inode]) => `${remote} ${inode}`));
  }
}
