import type { CircuitOpened } from '../contract/event.ts';
import type { Timeouts } from '../ftps/timeouts.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';

/** What opening a session needs beside the partner file. */
export interface ConnectionSystems extends Pick<Partners, 'readCredentials'> {
  readonly table: Table;
  readonly now: () => Date;
  /** The invocation's time. Whoever has no session waits for one until half of it is over. */
  readonly deadline: TimeLeft;
  readonly tellCircuitOpened: TellCircuitOpened;
  /** Over the usual ones. */
  readonly timeouts?: Partial<Timeouts>;
}

export interface TimeLeft {
  remainingMs(): number;
  readonly totalMs: number;
  /** Fires when all work must stop. */
  readonly signal: AbortSignal;
}

export type TellCircuitOpened = (opened: Omit<CircuitOpened, 'stage'>) => Promise<void>;
