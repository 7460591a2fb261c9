import { flowExpectations } from '../../contract/partner-file/expectation.ts';
import type { PullFlow } from '../../contract/partner-file/pull-flow.ts';
import type { Expectation } from '../../core/expectation/expectation.ts';
import { arrivalDate } from '../../core/expectation/expectation-calendar.ts';
import { makeSelector } from '../../core/path/selection.ts';
import type { TransferredVersion } from '../../core/plan/file-record.ts';
import { recordArrival } from '../../ledger/alerts/arrivals.ts';
import type { EntryWrite } from '../../ledger/entries/file-entries.ts';
import type { Table } from '../../ledger/table.ts';

/** An expectation of a flow, with its compiled pattern. */
export interface ExpectationMatcher {
  readonly expectation: Expectation;
  /** @param relativePath below the flow's remote directory. */
  readonly matches: (relativePath: string) => boolean;
}

/** Compiles the patterns of the flow's expectations, once for all files. */
export function expectationMatchers(flow: PullFlow): readonly ExpectationMatcher[] {
  return flowExpectations(flow).map((expectation) => {
    const select = makeSelector({ include: [expectation.pattern], exclude: [] });
    return { expectation, matches: (relativePath) => select(relativePath) === 'selected' };
  });
}

/**
 * Records the arrival of a version under each expectation that its path matches; no request where none does.
 * Call it before the version is recorded as transferred: after a kill between the two, the next run adopts
 * the object and records the same arrival again, which counts once.
 */
export async function recordArrivals(
  table: Table,
  { flowName, relativePath }: EntryWrite,
  matchers: readonly ExpectationMatcher[],
  { etag, sizeBytes, sha256, crc32, transferredAt }: TransferredVersion,
): Promise<void> {
  for (const { expectation, matches } of matchers) {
    const date = matches(relativePath) ? arrivalDate(expectation, transferredAt) : undefined;
    if (date === undefined) continue;
    const sum = sha256 ?? crc32;
    await recordArrival(table, flowName, {
      key: expectation.key,
      date,
      path: relativePath,
      version: { etag, sizeBytes, at: transferredAt },
      content: sizeBytes === 0 || sum === undefined ? undefined : `${sizeBytes}-${sum}`,
    });
  }
}
