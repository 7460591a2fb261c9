/**
 * The documents of a run in the runs bucket, most of them one JSON value a line: what a step writes and a later step or the CLI
 * reads. They are parsed when read, like everything that crosses a border: listing-documents.ts, plan-documents.ts,
 * outcome-documents.ts, report.ts.
 */

/** Where the documents of a run are in the runs bucket. */
export function runFolder(run: {
  readonly partner: string;
  readonly flow: string;
  readonly runId: string;
}): string {
  return `${run.partner}/${run.flow}/${run.runId}/`;
}

/** Names that end with a slash are folders of numbered documents: {@link numbered}. */
export const documentNames = {
  /** Sorted shards of the listing. */
  listing: 'listing/',
  listingState: 'listing-state/',
  listingSummary: 'listing-summary.json',
  listingFaults: 'faults/',
  /** What is to be transferred by batches. */
  manifest: 'manifest/',
  batches: 'batches.jsonl',
  /** What is to be transferred by slices. */
  bigFiles: 'big-files/',
  bigFilesState: 'big-files-state/',
  slices: 'slices/',
  /** What kept slices from being fetched, for BigFiles. */
  sliceProblems: 'slice-problems/',
  /** What an earlier run took, and is still to be cleared at the partner. */
  toClear: 'to-clear/',
  decisions: 'decisions/',
  planState: 'plan-state/',
  planSummary: 'plan-summary.json',
  /** What the Distributed Maps write about their children. */
  results: 'results/',
  outcomes: 'outcomes/',
  carried: 'carried/',
  cleared: 'cleared/',
  report: 'report.json',
  reportPage: 'report.html',
} as const;

/** `000017.jsonl`: keys sort as numbers do. */
export function numbered(index: number): string {
  return `${String(index).padStart(6, '0')}.jsonl`;
}
