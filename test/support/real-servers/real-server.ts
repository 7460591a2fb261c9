import type { IssuedCertificate } from '../certificates.ts';

export type ServerName = 'vsftpd' | 'proftpd' | 'pure-ftpd';
export type Security = 'explicit' | 'implicit';
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

export interface RealServerOptions {
  readonly security: Security;
  /**
   * The folder that the user sees as `/`; left in place on close. Its owner is who reads and writes there, or, where that is
   * root, `servedOwner`. Without a folder a new empty one is made, and removed on close.
   */
  readonly root?: string | undefined;
  /** Unless told: one for 127.0.0.1 and localhost, from an authority of its own. */
  readonly certificate?: IssuedCertificate | undefined;
  /** PEM text of the authority whose certificates a client must show. Unless told, none is asked for. */
  readonly requireClientCertificate?: string | undefined;
  /** Control connections at once; one more gets 421, from ProFTPD 530. No limit unless told. */
  readonly maxConnections?: number | undefined;
  /** TLSv1.2 unless told. */
  readonly minVersion?: TlsVersion | undefined;
  /** TLSv1.3 unless told. */
  readonly maxVersion?: TlsVersion | undefined;
  /** More of the program's own settings: lines of its configuration file, or arguments of Pure-FTPd, which has no file. */
  readonly settings?: readonly string[] | undefined;
}

/** One running server. Close it, or hold it with `await using`: it also ends when the Node process that started it ends. */
export interface RealServer extends AsyncDisposable {
  readonly name: ServerName;
  /** As the program itself tells it, such as `3.0.3`. */
  readonly version: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly security: Security;
  /** What to trust: the rest of the certificate's chain. */
  readonly authorityPem: string;
  readonly user: string;
  readonly password: string;
  /** The folder on disk that the user sees as `/`. */
  readonly root: string;
  /** Whom the server reads and writes as. What a test puts under `root` as root can be read by it; to let it write, chown. */
  readonly owner: Owner;
  /**
   * `required`: a data connection with a TLS session of its own is refused. `offered`: it is not, because Pure-FTPd has no
   * such switch; with TLS 1.3 Pure-FTPd hands out no tickets either, so nothing can be resumed.
   */
  readonly sessionReuse: SessionReuse;
  /** The program that holds the server and all its sessions: killing it ends them all. */
  readonly pid: number;
  close(): Promise<void>;
}

export type SessionReuse = 'required' | 'offered';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody`: never root, which could read every file and so would hide what permissions do. */
export const servedOwner: Owner = { uid: 65534, gid: 65534 };
