import type { IssuedCertificate } from '../../../testing/certificates.ts';

export type ServerName = 'vsftpd' | 'proftpd' | 'pure-ftpd';
/** pyftpdlib, which is slower, is only in the tests of what is special about it. */
export type ProgramName = ServerName | 'pyftpdlib';
export type Security = 'explicit' | 'implicit';
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

export interface RealServerOptions {
  readonly security: Security;
  /**
   * The folder that the user sees as `/`; it stays on close. The server accesses it as its owner, or as
   * `servedOwner` where that is root. Default: a new empty folder, which is removed on close.
   */
  readonly root?: string | undefined;
  /** Default: one for 127.0.0.1 and localhost, from a new authority. */
  readonly certificate?: IssuedCertificate | undefined;
  /** PEM of the authority that must have issued client certificates. Default: no client certificate. */
  readonly requireClientCertificate?: string | undefined;
  /** Control connections at the same time; further ones get 421, from ProFTPD 530. Default: no limit. */
  readonly maxConnections?: number | undefined;
  /** Default: TLSv1.2. */
  readonly minVersion?: TlsVersion | undefined;
  /** Default: TLSv1.3. */
  readonly maxVersion?: TlsVersion | undefined;
  /** The server's time zone, as TZ (POSIX.1, 8.3). Default: that of the test process. */
  readonly timeZone?: string | undefined;
  /**
   * Further settings of the program: lines of its configuration file, or arguments for Pure-FTPd, which has
   * no file.
   */
  readonly settings?: readonly string[] | undefined;
}

/**
 * One running server. Close it, or use `await using`. It also ends with the Node.js process that started it.
 */
export interface RealServer extends AsyncDisposable {
  readonly name: ProgramName;
  /** As the program prints it, such as `3.0.3`. */
  readonly version: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly security: Security;
  /** The authority to trust: the rest of the certificate's chain. */
  readonly authorityPem: string;
  readonly user: string;
  readonly password: string;
  /** The folder on disk that the user sees as `/`. */
  readonly root: string;
  /**
   * The user that the server reads and writes as. It can read what a test creates under `root` as root; to
   * let it write, change the owner.
   */
  readonly owner: Owner;
  /**
   * `required`: the server refuses a data connection with a new TLS session. `offered`: it accepts one,
   * because Pure-FTPd has no such setting. With TLS 1.3, Pure-FTPd sends no tickets, so nothing can be
   * resumed.
   */
  readonly sessionReuse: SessionReuse;
  /** The init process of the server's namespace: killing it ends the server and all its sessions. */
  readonly pid: number;
  close(): Promise<void>;
}

export type SessionReuse = 'required' | 'offered';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody`, not root, which could read every file regardless of permissions. */
export const servedOwner: Owner = { uid: 65534, gid: 65534 };
