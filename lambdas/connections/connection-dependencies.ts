import type { Timeouts } from '../ftps/session/timeouts.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import type { PartnerEvents } from './partner-events.ts';

/** What opening a session needs besides the partner file. */
export interface ConnectionDependencies extends Pick<Partners, 'readCredentials'> {
  readonly table: Table;
  readonly now: () => Date;
  /** The invocation's time. A caller without a session waits for one until half of it has passed. */
  readonly deadline: TimeLeft;
  readonly partnerEvents: PartnerEvents;
  /** Override the timeouts of a session, also those of the partner file. */
  readonly timeouts?: Partial<Timeouts>;
}

export interface TimeLeft {
  remainingMs(): number;
  readonly totalMs: number;
  /** Fires when all work must stop. */
  readonly signal: AbortSignal;
}
