import type { FileTree } from './tree/file-tree.ts';

/** HASH (draft-bryan-ftpext-hash), and vendors' commands from before it. */
export type HashCommand = 'HASH' | 'XSHA256' | 'XSHA1' | 'XMD5' | 'XCRC';

/** What the server offers and how it formats it. The defaults are those of a modern, correct server. */
export interface ServerFeatures {
  /** MLSD and MLST (RFC 3659, 7). Without them, clients must use LIST. */
  readonly mlsd?: boolean;
  /** The `unique` fact of MLSD and MLST. */
  readonly uniqueFact?: boolean;
  /** The facts that MLSD and MLST leave out: none of them is required (RFC 3659, 7.5). Default: none. */
  readonly factsLeftOut?: readonly ('size' | 'modify')[];
  /** EPSV (RFC 2428). PASV is always supported. */
  readonly epsv?: boolean;
  /** UTF8 in FEAT and `OPTS UTF8 ON` (RFC 2640). Names are always sent as their bytes. */
  readonly utf8?: boolean;
  /** SIZE (RFC 3659, 4). */
  readonly size?: boolean;
  /** MDTM (RFC 3659, 3). Without it, clients do not learn the exact time of a file from LIST. */
  readonly mdtm?: boolean;
  /** FEAT itself (RFC 2389), which old servers lack. */
  readonly feat?: boolean;
  /** REST (RFC 3659, 5). */
  readonly restart?: boolean;
  /**
   * What happens to an upload that resumes a file. `refused`: STOR after REST, and APPE, get 451, as from
   * ProFTPD without AllowStoreRestart. `ignored`: STOR writes a new file in spite of REST.
   */
  readonly storeRestart?: 'kept' | 'refused' | 'ignored';
  /**
   * The byte at which RETR begins after REST. Default: the offset of REST; a server that lies begins
   * elsewhere.
   */
  readonly restartAt?: (offset: number) => number;
  /** The refusal of AUTH TLS by a server that knows AUTH SSL alone, such as 504. Default: it knows both. */
  readonly authTls?: number | 'known';
  /** PROT C: unencrypted data connections (RFC 2228). Default: off, and RETR without PROT P gets 521. */
  readonly clearData?: boolean;
  /** The lines of LIST: like `ls -l`, or like IIS. */
  readonly listStyle?: 'unix' | 'dos';
  /** LIST and MLSD are refused with TYPE I (RFC 959, 4.1.3), as by CONNECT:Enterprise. */
  readonly listsInAsciiOnly?: boolean;
  /** `LIST -a` lists a file named `-a`, which does not exist: `total 0`. */
  readonly listOptionIsName?: boolean;
  /** LIST uses local time, in minutes east of UTC. */
  readonly localTimeOffsetMinutes?: number;
  /** MLSD, MLST and MDTM use local time too, where RFC 3659 (2.3) requires UTC. Default: off. */
  readonly localTimeInFacts?: boolean;
  /** RNTO replaces an existing file, as on Unix; otherwise it gets 550, as on IIS. */
  readonly renameReplaces?: boolean;
  /** The commands for a file's hash, also in FEAT. Default: none. */
  readonly hashes?: readonly HashCommand[];
  /**
   * Resets a data connection whose TLS begins before the transfer command, without a reply, as pyftpdlib
   * 1.5.7. A function is asked for each data connection: there it depends on the moment.
   */
  readonly refuseEarlyTls?: boolean | (() => boolean);
  /** Removes a file once it was read whole, before it confirms: the mailboxes of EDI networks do. */
  readonly removeWhenRead?: boolean;
  /** Cuts blanks off both ends of each name in a command, as IIS: `SIZE /in/ a.csv` finds `a.csv`. */
  readonly trimsNames?: boolean;
  /** Ends the data it sends with TLS close_notify (RFC 8446, 6.1). Off: with a bare FIN, as some servers. */
  readonly closeNotify?: boolean;
}

/** How to start a server: what it offers, to whom, and what it lacks. */
export interface FtpsServerOptions {
  /**
   * The server's certificate. `certificatePem` may be a chain, so that clients also receive the authority.
   */
  readonly certificate: { readonly certificatePem: string; readonly keyPem: string };
  /** The certificate of data connections, which then do not resume TLS sessions. Default: the same one. */
  readonly dataCertificate?: { readonly certificatePem: string; readonly keyPem: string };
  /** The files that it serves: a `MemoryTree`, or a `FolderTree`. */
  readonly files: FileTree;
  /** User name to password. */
  readonly users: Readonly<Record<string, string>>;
  /**
   * The account that ACCT must give (RFC 959, 4.1.1), and what is answered 332 without it: USER, PASS, or
   * later each command that reads or changes a file. Default: no account.
   */
  readonly account?: { readonly name: string; readonly asked: 'after-user' | 'after-password' | 'later' };
  /** Default: explicit (AUTH TLS on a plain port, RFC 4217). */
  readonly mode?: 'explicit' | 'implicit';
  /**
   * Refuses data connections with 522 that do not resume the TLS session of the control connection. Default:
   * on.
   */
  readonly requireSessionReuse?: boolean;
  /** PEM of the authority that must have issued client certificates. Default: no client certificate. */
  readonly requireClientCertificate?: string;
  /** The lowest TLS version. Default: TLSv1.2. */
  readonly minVersion?: 'TLSv1' | 'TLSv1.2' | 'TLSv1.3';
  /**
   * The highest TLS version. Default: TLSv1.3. TLSv1.1 also needs `minVersion: 'TLSv1'`, and ciphers with
   * `@SECLEVEL=0`.
   */
  readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** Its TLS ciphers, in the format of OpenSSL. `DEFAULT:@SECLEVEL=0` also allows weak keys. */
  readonly ciphers?: string;
  /** Diffie-Hellman parameters in PEM, for ciphers that begin with DHE. */
  readonly dhParameters?: string;
  /** Control connections at the same time. Default: unlimited. */
  readonly maxConnections?: number;
  /**
   * The reply beyond `maxConnections`: 421 instead of a greeting (vsftpd, Pure-FTPd), or 530 to PASS
   * (ProFTPD).
   */
  readonly tooManyConnections?: '421-at-connect' | '530-at-login';
  /** What it offers of the protocol. Default: everything, as a modern server. */
  readonly features?: ServerFeatures;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** Limits every data connection to about this rate. Default: full speed. */
  readonly paceBytesPerSecond?: number;
  /**
   * The bytes that all uploads together may send; beyond it they get 552. Deleted files do not count back.
   */
  readonly quotaBytes?: number;
  /** The server's clock, for LIST dates without a year and new files. */
  readonly now?: () => Date;
}

export type Settings = Required<Omit<FtpsServerOptions, OptionalSettings | 'features'>> &
  Pick<FtpsServerOptions, OptionalSettings> & { readonly features: Required<ServerFeatures> };

type OptionalSettings =
  | 'dataCertificate'
  | 'account'
  | 'requireClientCertificate'
  | 'minVersion'
  | 'maxVersion'
  | 'ciphers'
  | 'dhParameters'
  | 'maxConnections'
  | 'paceBytesPerSecond'
  | 'quotaBytes';

const defaultFeatures: Required<ServerFeatures> = {
  mlsd: true,
  uniqueFact: true,
  factsLeftOut: [],
  epsv: true,
  utf8: true,
  size: true,
  mdtm: true,
  feat: true,
  restart: true,
  storeRestart: 'kept',
  restartAt: (offset) => offset,
  authTls: 'known',
  clearData: false,
  listStyle: 'unix',
  listsInAsciiOnly: false,
  listOptionIsName: false,
  localTimeOffsetMinutes: 0,
  localTimeInFacts: false,
  renameReplaces: true,
  hashes: [],
  refuseEarlyTls: false,
  removeWhenRead: false,
  trimsNames: false,
  closeNotify: true,
};

/** The options with their defaults. */
export function withDefaults(options: FtpsServerOptions): Settings {
  return {
    mode: 'explicit',
    requireSessionReuse: true,
    tooManyConnections: '421-at-connect',
    host: '127.0.0.1',
    port: 0,
    now: () => new Date(),
    ...options,
    features: { ...defaultFeatures, ...options.features },
  };
}
