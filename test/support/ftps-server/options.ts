import type { FileTree } from './tree.ts';

/** HASH (draft-bryan-ftpext-hash), and what vendors made before it. */
export type HashCommand = 'HASH' | 'XSHA256' | 'XSHA1' | 'XMD5' | 'XCRC';

/** What the server offers and how it writes. Everything has the value of a modern, honest server unless told. */
interface Features {
  /** MLSD and MLST (RFC 3659, 7). Without it clients must read LIST. */
  readonly mlsd?: boolean;
  /** The `unique` fact of MLSD and MLST. */
  readonly uniqueFact?: boolean;
  /** EPSV (RFC 2428); PASV is always there. */
  readonly epsv?: boolean;
  /** UTF8 in FEAT and `OPTS UTF8 ON` (RFC 2640). Names are sent as their bytes either way. */
  readonly utf8?: boolean;
  readonly size?: boolean;
  readonly mdtm?: boolean;
  /** FEAT itself (RFC 2389); old servers have none. */
  readonly feat?: boolean;
  readonly restart?: boolean;
  /**
   * What becomes of an upload that is to go on with a file: `refused`, STOR behind REST and APPE are answered with 451, as by ProFTPD
   * without AllowStoreRestart; `ignored`, STOR makes the file new whatever REST said.
   */
  readonly storeRestart?: 'kept' | 'refused' | 'ignored';
  /** Where RETR begins after a REST that was accepted; where it said, unless told. A server that lies begins somewhere else. */
  readonly restartAt?: (offset: number) => number;
  /** PROT C: a clear data connection (RFC 2228). Off unless told: RETR then asks for PROT P with 521. */
  readonly clearData?: boolean;
  readonly listStyle?: 'unix' | 'dos';
  /** LIST writes local time: minutes east of UTC. MLSD and MDTM stay in UTC. */
  readonly localTimeOffsetMinutes?: number;
  /** RNTO replaces a file that is there, as on Unix; without it, it is refused with 550, as on IIS. */
  readonly renameReplaces?: boolean;
  /** The commands that tell a file's hash, in FEAT too; none unless told. */
  readonly hashes?: readonly HashCommand[];
  /** Resets a data connection whose TLS begins before the transfer command, as pyftpdlib 1.5.7 does, and says no more of it. */
  readonly refuseEarlyTls?: boolean;
}

export interface FtpsServerOptions {
  /** What the server shows; `chain` works as `certificatePem` where clients should get the authority too. */
  readonly certificate: { readonly certificatePem: string; readonly keyPem: string };
  readonly files: FileTree;
  /** User name to password. */
  readonly users: Readonly<Record<string, string>>;
  /** Explicit (AUTH TLS on a plain port, RFC 4217) unless told. */
  readonly mode?: 'explicit' | 'implicit';
  /** Every data connection must resume the control connection's TLS session, or it is refused with 522. On unless told. */
  readonly requireSessionReuse?: boolean;
  /** PEM of the authority that client certificates must come from; without it none is asked for. */
  readonly requireClientCertificate?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Control connections at one time; unlimited unless told. */
  readonly maxConnections?: number;
  /** How one too many is told: 421 instead of a greeting (vsftpd, Pure-FTPd), or 530 after PASS (ProFTPD). */
  readonly tooManyConnections?: '421-at-connect' | '530-at-login';
  readonly features?: Features;
  /** 127.0.0.1 unless told. */
  readonly host?: string;
  /** A free port unless told. */
  readonly port?: number;
  /** Slows every data connection down to about this rate; full speed unless told. */
  readonly paceBytesPerSecond?: number;
  /** What uploads may bring in all, to all sessions; beyond it they end with 552. What is deleted frees nothing. */
  readonly quotaBytes?: number;
  /** The server's clock, for LIST dates without a year and new files. */
  readonly now?: () => Date;
}

export type Settings = Required<Omit<FtpsServerOptions, OptionalSettings | 'features'>> &
  Pick<FtpsServerOptions, OptionalSettings> & { readonly features: Required<Features> };

type OptionalSettings =
  | 'requireClientCertificate'
  | 'minVersion'
  | 'maxVersion'
  | 'maxConnections'
  | 'paceBytesPerSecond'
  | 'quotaBytes';

const honest: Required<Features> = {
  mlsd: true,
  uniqueFact: true,
  epsv: true,
  utf8: true,
  size: true,
  mdtm: true,
  feat: true,
  restart: true,
  storeRestart: 'kept',
  restartAt: (offset) => offset,
  clearData: false,
  listStyle: 'unix',
  localTimeOffsetMinutes: 0,
  renameReplaces: true,
  hashes: [],
  refuseEarlyTls: false,
};

/** The options with everything decided that was left open. */
export function settle(options: FtpsServerOptions): Settings {
  return {
    mode: 'explicit',
    requireSessionReuse: true,
    tooManyConnections: '421-at-connect',
    host: '127.0.0.1',
    port: 0,
    now: () => new Date(),
    ...options,
    features: { ...honest, ...options.features },
  };
}
