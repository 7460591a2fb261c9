import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { FaultAction, FaultRules } from '../faults.ts';
import type { Settings } from '../options.ts';
import type { FileTree, TreePath } from '../tree/file-tree.ts';
import type { PassiveListener } from './passive-listener.ts';
import type { Reply } from './reply.ts';

/** One command that the server received. */
export interface LoggedCommand {
  /** From 1, in the order in which sessions were accepted. */
  readonly session: number;
  readonly command: string;
  /** Decoded as UTF-8; a password or an account is `***`. */
  readonly argument: string;
}

/** One data connection and its transfer. */
export interface LoggedTransfer {
  readonly session: number;
  readonly command: string;
  readonly path: string;
  /** Payload bytes sent or received so far. */
  bytes: number;
  /** Undefined for an unencrypted data connection. */
  tlsVersion: string | undefined;
  resumed: boolean;
  /** The code of the final reply; undefined while the transfer runs, or where none was sent. */
  replyCode: number | undefined;
}

/** What all sessions of one server share. */
export interface ServerContext {
  readonly settings: Settings;
  readonly secureContext: SecureContext;
  /** Of data connections. */
  readonly dataContext: SecureContext;
  readonly faults: FaultRules;
  readonly tree: FileTree;
  readonly log: LoggedCommand[];
  readonly transfers: LoggedTransfer[];
  /** The number of open control connections. */
  openConnections(): number;
  /** Closes the socket when the server closes. */
  track(socket: Socket): void;
}

/** One control connection and its state. */
export interface Session {
  readonly id: number;
  readonly server: ServerContext;
  /** Plain until AUTH, then TLS. */
  socket: Socket | TLSSocket;
  readonly isSecure: () => boolean;
  send(reply: Reply): void;
  /** Starts TLS on the control connection, after the reply to AUTH was sent. */
  startTls(how: 'proper' | 'stall'): void;
  end(): void;

  user: string | undefined;
  loggedIn: boolean;
  /** ACCT has given the right account. */
  hasAccount: boolean;
  protectionBufferSet: boolean;
  protection: 'clear' | 'private';
  /** The representation type: files are sent unchanged in both. */
  type: 'ascii' | 'image';
  directory: TreePath;
  passive: PassiveListener | undefined;
  onlyEpsv: boolean;
  /** The offset of REST, for the next RETR or STOR. */
  restartAt: number;
  renameFrom: TreePath | undefined;
  /** The algorithm of OPTS HASH, by its name in FEAT. */
  hashAlgorithm: string;
  /** The fault to inject into the current command. */
  fault: FaultAction | undefined;
  /** Set while a data connection is in use. */
  abortTransfer: (() => void) | undefined;
}

/**
 * Executes one command.
 * @returns its final reply; undefined where a fault suppresses it, or the command has sent it.
 */
export type Command = (session: Session, argument: string) => Promise<Reply | undefined> | Reply | undefined;
