import type { Connection } from '../../contract/partner-file/connection.ts';
import type { ListingCommand } from '../../core/listing/listing-answer.ts';

export type { ListingCommand };

/** What stands first and second in a date of three numbers, or in one of two. */
export type DateOrder = 'mdy' | 'dmy' | 'ymd';

/**
 * How a server behaves where the RFCs leave a choice, learned by trying. All sessions of a connection in this
 * process share one object, so that each behaviour is learned once. These are hints: a reply that contradicts
 * one resets it.
 */
export interface LearnedBehaviour {
  /** The passive mode that worked last. */
  passive: 'EPSV' | 'PASV' | undefined;
  /** `LIST -a` also shows hidden files, and its `.` proves that the server opened the directory. */
  listing: ListingCommand | undefined;
  /** What MLSD answered where LIST showed more; undefined where MLSD works, or was not tried. */
  uselessMlsd: string | undefined;
  /** How many sessions MLSD has cost in a row, before it ever worked. */
  lostToMlsd: number;
  /** The server refuses to list with TYPE I, as RFC 959, 4.1.3 allows: TYPE A before each listing. */
  listsInAscii: boolean;
  /** How the last listing ended. After a bare FIN, each directory is listed twice (listing-proof.ts). */
  listingEnd: 'close-notify' | 'bare-fin' | undefined;
  /** The order of numbers in the dates of LIST, where a date alone did not tell it and MDTM did. */
  dateOrder: DateOrder | undefined;
  /** When TLS starts on a data connection: before the command (`early`), or after its 150 (`late`). */
  dataTls: 'early' | 'late';
  /** Whether commands may be pipelined; some servers read one command per packet and lose the others. */
  commands: 'together' | 'one-by-one';
}

const byConnection = new WeakMap<Connection, LearnedBehaviour>();

/** The one object of this connection. */
export function learnedBehaviour(settings: Connection): LearnedBehaviour {
  const behaviour = byConnection.get(settings) ?? {
    passive: undefined,
    listing: undefined,
    uselessMlsd: undefined,
    lostToMlsd: 0,
    listsInAscii: false,
    listingEnd: undefined,
    dateOrder: undefined,
    dataTls: 'early',
    commands: 'together',
  };
  byConnection.set(settings, behaviour);
  return behaviour;
}

/**
 * Call after a data connection that broke before its TLS handshake. pyftpdlib resets one whose TLS starts
 * before the command; other servers reset one whose TLS starts later.
 */
export function tryOtherDataTls(behaviour: LearnedBehaviour): void {
  behaviour.dataTls = behaviour.dataTls === 'early' ? 'late' : 'early';
}
