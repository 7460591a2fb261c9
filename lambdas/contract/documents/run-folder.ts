/**
 * The documents of a run in the runs bucket, most of them one JSON value per line. A step writes them; later
 * steps and the CLI read them, and parse them with the schemas of listing-documents.ts, plan-documents.ts,
 * outcome-documents.ts and full-report.ts.
 */

/** The prefix of a run's documents in the runs bucket. */
export function runFolder(run: {
  readonly partner: string;
  readonly flow: string;
  readonly runId: string;
}): string {
  return `${run.partner}/${run.flow}/${run.runId}/`;
}

/**
 * The documents of a run. Names with a trailing slash are folders of numbered documents ({@link numbered}).
 */
export const documentNames = {
  /** Sorted shards of the listing. */
  listing: 'listing/',
  listingState: 'listing-state/',
  listingSummary: 'listing-summary.json',
  listingErrors: 'listing-errors/',
  /** Files to transfer in batches. */
  manifest: 'manifest/',
  batches: 'batches.jsonl',
  /** Files to transfer in slices. */
  bigFiles: 'big-files/',
  bigFilesState: 'big-files-state/',
  slices: 'slices/',
  /** Errors of slices, for BigFiles. */
  sliceErrors: 'slice-errors/',
  /** Files that an earlier run transferred, and that are still to be disposed of. */
  toDispose: 'to-dispose/',
  decisions: 'decisions/',
  planState: 'plan-state/',
  planSummary: 'plan-summary.json',
  /** Result files of the Distributed Maps. */
  results: 'results/',
  outcomes: 'outcomes/',
  unfinished: 'unfinished/',
  disposed: 'disposed/',
  report: 'report.json',
  reportPage: 'report.html',
} as const;

/**
 * The name of a numbered document; names sort like their numbers.
 * @example numbered(17) // '000017.jsonl'
 */
export function numbered(index: number): string {
  return `${String(index).padStart(6, '0')}.jsonl`;
}
