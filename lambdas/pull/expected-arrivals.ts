import { expectationsOf } from '../contract/expectation.ts';
import type { PullFlow } from '../contract/pull-flow.ts';
import { recordArrival } from '../ledger/arrivals.ts';
import type { FlowName } from '../ledger/keys.ts';
import type { Table } from '../ledger/table.ts';
import type { Expectation } from '../sync/expect.ts';
import { dateOfArrival } from '../sync/expect-calendar.ts';
import type { TakenVersion } from '../sync/file-record.ts';
import { makeSelector } from '../sync/selection.ts';

/** The flow's expectations, each with its matcher, which is built once. */
export type Expected = readonly {
  readonly expectation: Expectation;
  readonly matches: (path: string) => boolean;
}[];

/** The flow's expectations, each with the question whether a path below `remote` is meant by it. */
export function expectedBy(flow: PullFlow): Expected {
  return expectationsOf(flow).map((expectation) => {
    const select = makeSelector({ include: [expectation.pattern], exclude: [] });
    return { expectation, matches: (path) => select(path) === 'selected' };
  });
}

/**
 * Records a file that is in the bucket with every expectation that it meets. To be called before the file is recorded as taken: after
 * a kill between the two it is found in the bucket and recorded again, and counts once. A file that nobody expects costs nothing.
 */
export async function recordExpected(
  table: Table,
  { flowName, relativePath, expected }: { flowName: FlowName; relativePath: string; expected: Expected },
  {
    etag,
    sizeBytes,
    sha256,
    crc32,
    takenAt,
  }: Pick<TakenVersion, 'etag' | 'sizeBytes' | 'sha256' | 'crc32' | 'takenAt'>,
): Promise<void> {
  for (const { expectation, matches } of expected) {
    const date = matches(relativePath) ? dateOfArrival(expectation, takenAt) : undefined;
    if (date === undefined) continue;
    const sum = sha256 ?? crc32;
    await recordArrival(table, flowName, {
      key: expectation.key,
      date,
      path: relativePath,
      version: { etag, sizeBytes, at: takenAt },
      content: sizeBytes === 0 || sum === undefined ? undefined : `${sizeBytes}-${sum}`,
    });
  }
}
