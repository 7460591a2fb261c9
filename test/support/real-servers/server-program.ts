import type { PortBlock } from './port-block.ts';
import type { Owner, ProgramName, Security, ServerName, SessionReuse, TlsVersion } from './real-server.ts';

/** One server program: the files that it needs, and its configuration. */
export interface ServerProgram<Name extends ProgramName = ServerName> {
  readonly name: Name;
  /** The kinds of TLS that it supports. */
  readonly securities: readonly Security[];
  readonly sessionReuse: SessionReuse;
  /** Every file that must be installed, the program first, as patterns below the root of a file system. */
  readonly parts: readonly [string, ...string[]];
  /** The version of the program at the path. */
  version(program: string): Promise<string>;
  /** Writes its configuration into `place.folder`. Does not start it. */
  arrange(place: Place): Promise<Launch>;
}

/** Where and what one server serves. All paths are absolute. */
export interface Place {
  /** For configuration and logs: readable by all, writable by root. */
  readonly folder: string;
  readonly root: string;
  readonly owner: Owner;
  readonly ports: PortBlock;
  readonly user: string;
  readonly password: string;
  /** The same in the format of crypt(5). */
  readonly passwordHash: string;
  readonly security: Security;
  /** PEM text: the certificate and its authorities, its key, and the authority of the clients. */
  readonly chainPem: string;
  readonly keyPem: string;
  readonly clientAuthorityPem: string | undefined;
  readonly maxConnections: number | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly settings: readonly string[];
}

/** How to start a server in the foreground. */
export interface Launch {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** Files and folders that are mounted over those of the machine, for this server only. */
  readonly overlays: readonly Overlay[];
}

interface Overlay {
  readonly source: string;
  readonly target: string;
}
