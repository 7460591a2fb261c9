import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { FaultAction, FaultRules } from './faults.ts';
import type { Settings } from './options.ts';
import type { PassiveListener } from './passive-listener.ts';
import type { Reply } from './reply.ts';
import type { FileTree, TreePath } from './tree.ts';

/** One command as the server understood it. */
export interface LoggedCommand {
  /** Sessions are counted from 1 in the order they were accepted. */
  readonly session: number;
  readonly command: string;
  /** Read as UTF-8; a password is `***`. */
  readonly argument: string;
}

/** One data connection and what went over it. */
export interface LoggedTransfer {
  readonly session: number;
  readonly command: string;
  readonly path: string;
  /** Payload, as far as it was handed to the connection or taken from it. */
  bytes: number;
  /** `undefined` for a clear data connection. */
  tlsVersion: string | undefined;
  resumed: boolean;
  /** The code of the final reply; undefined while it runs, or where it never came. */
  replyCode: number | undefined;
}

/** What all sessions of one server have in common. */
export interface ServerContext {
  readonly settings: Settings;
  readonly secureContext: SecureContext;
  readonly faults: FaultRules;
  readonly tree: FileTree;
  readonly log: LoggedCommand[];
  readonly transfers: LoggedTransfer[];
  /** How many control connections are open now. */
  openConnections(): number;
  /** Makes sure that the socket ends with the server. */
  track(socket: Socket): void;
}

/** One control connection and what the client has set on it. */
export interface Session {
  readonly id: number;
  readonly server: ServerContext;
  /** Changes from plain to TLS with AUTH. */
  socket: Socket | TLSSocket;
  readonly isSecure: () => boolean;
  send(reply: Reply): void;
  /** Starts TLS on the control connection, after the reply to AUTH was sent. */
  startTls(how: 'proper' | 'stall'): void;
  end(): void;

  user: string | undefined;
  loggedIn: boolean;
  protectionBufferSet: boolean;
  protection: 'clear' | 'private';
  directory: TreePath;
  passive: PassiveListener | undefined;
  onlyEpsv: boolean;
  /** What REST said, for the next RETR or STOR. */
  restartAt: number;
  renameFrom: TreePath | undefined;
  /** What OPTS HASH chose, by its name in FEAT. */
  hashAlgorithm: string;
  /** What goes wrong with the command that is being executed. */
  fault: FaultAction | undefined;
  /** Set while a data connection is in use. */
  abortTransfer: (() => void) | undefined;
}

/**
 * Executes one command and returns its last reply; `undefined` where none is to be sent, because a fault says so
 * or the command sent it itself.
 */
export type Command = (session: Session, argument: string) => Promise<Reply | undefined> | Reply | undefined;
