import type { Connection } from '../contract/connection.ts';

/**
 * What was learned of a server by trying, shared by all its sessions in this invocation so that each thing is learned
 * once. Only hints: every one is given up when a reply contradicts it.
 */
export interface Habits {
  passive: 'EPSV' | 'PASV' | undefined;
  /** How directories are listed. `LIST -a` shows hidden files, and proves by `.` that the directory was opened. */
  listing: 'MLSD' | 'LIST -a' | 'LIST' | undefined;
  /** When TLS starts on a data connection: before the command is sent, or (pyftpdlib) only after its 150. */
  dataTls: 'early' | 'late';
  /** Whether commands may be sent in one go; a server that loses the second one is asked one by one. */
  commands: 'together' | 'one-by-one';
}

const known = new WeakMap<Connection, Habits>();

/** The habits of a connection, one object for all of its sessions in this process: what one has learned, the others know. */
export function habitsOf(settings: Connection): Habits {
  const habits = known.get(settings) ?? {
    passive: undefined,
    listing: undefined,
    dataTls: 'early',
    commands: 'together',
  };
  known.set(settings, habits);
  return habits;
}

/** pyftpdlib resets a data connection whose TLS starts before the command; others will not have it start later. */
export function tryOtherDataTls(habits: Habits): void {
  habits.dataTls = habits.dataTls === 'early' ? 'late' : 'early';
}
