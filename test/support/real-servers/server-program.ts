import type { PortBlock } from './port-block.ts';
import type { Owner, Security, ServerName, SessionReuse, TlsVersion } from './real-server.ts';

/** What is particular to one server program: what it needs, and how it is told what to serve. */
export interface ServerProgram {
  readonly name: ServerName;
  /** The kinds of TLS start that it has. */
  readonly securities: readonly Security[];
  readonly sessionReuse: SessionReuse;
  /** Every file that must be installed, the program first, as patterns below the root of a file system. */
  readonly parts: readonly [string, ...string[]];
  /** Asks the program at the given path which version it is. */
  version(program: string): Promise<string>;
  /** Writes its configuration into `place.folder`; nothing runs yet. */
  arrange(place: Place): Promise<Launch>;
}

/** Where and what one server is to serve. All paths are absolute. */
export interface Place {
  /** For configuration and logs: readable by all, writable by root alone. */
  readonly folder: string;
  readonly root: string;
  readonly owner: Owner;
  readonly ports: PortBlock;
  readonly user: string;
  /** In the form of crypt(5). */
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
  /** Files and folders laid over those of the machine, for this server alone. */
  readonly overlays: readonly Overlay[];
}

interface Overlay {
  readonly source: string;
  readonly target: string;
}
