import type { Decision } from '../../core/plan/plan.ts';
import { recordObservation } from '../../ledger/entries/file-entries.ts';
import type { Table } from '../../ledger/table.ts';
import type { StepLog } from '../../runtime/log.ts';
import { unlessRefused } from '../refusal.ts';
import { fileEntry, type RunScope } from '../run-scope.ts';

/** Few enough for the client's connections, enough for a first run in which every file is held. */
const maxWritesAtOnce = 25;

export interface ObservationContext extends RunScope {
  readonly table: Table;
  readonly log: Pick<StepLog, 'warn'>;
}

/**
 * Records the files that are held until another listing shows them again. A repeated call counts once.
 * @returns the decisions, in their order. A file that the table refuses would be held for ever, so it is
 * refused by name.
 * @throws FencedError
 */
export async function recordObservations(
  decisions: readonly Decision[],
  context: ObservationContext,
): Promise<readonly Decision[]> {
  const refused = new Set<Decision>();
  const observed = decisions.filter(hasObservation);
  for (let start = 0; start < observed.length; start += maxWritesAtOnce) {
    const batch = observed.slice(start, start + maxWritesAtOnce).map(async (decision) => {
      if ((await record(decision, context)) === 'refused') refused.add(decision);
    });
    await Promise.all(batch);
  }
  if (refused.size === 0) return decisions;
  return decisions.map((decision) =>
    refused.has(decision) && decision.kind === 'hold'
      ? { kind: 'refuse', path: decision.file.path, reason: 'not-recordable' }
      : decision,
  );
}

type Held = Extract<Decision, { kind: 'hold' }>;
type Observed = Held & { readonly observation: NonNullable<Held['observation']> };

function hasObservation(decision: Decision): decision is Observed {
  return decision.kind === 'hold' && decision.observation !== undefined;
}

function record(
  { file: { path }, observation }: Observed,
  { table, log, ...scope }: ObservationContext,
): Promise<'recorded' | 'refused'> {
  return unlessRefused<'recorded' | 'refused'>(
    async () => {
      await recordObservation(table, fileEntry(scope, path), observation);
      return 'recorded';
    },
    (refusal) => {
      log.warn(refusal.message, { path, error: 'not-recordable' });
      return 'refused';
    },
  );
}
