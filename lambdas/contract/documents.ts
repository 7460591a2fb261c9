import { z } from 'zod';
import type { FrontierDirectory, ListingLine } from '../sync/listing.ts';
import type { ObjectKey } from '../sync/object-key.ts';
import type { Outcome } from '../sync/outcome.ts';
import type { ModifiedTime, RemoteFile } from '../sync/remote-file.ts';
import { parseRemotePath } from '../sync/remote-path.ts';
import { decisionReasonsSchema, noReasons } from './decision-reasons.ts';
import { flowIdSchema, partnerIdSchema, runIdSchema } from './ids.ts';
import { runStatusSchema } from './workflow.ts';

/**
 * The documents of a run in the runs bucket, one JSON value a line: what a step writes and a later step or the CLI reads.
 * They are parsed when read, like everything that crosses a border.
 */

/** A value that JSON leaves out when it is undefined; inside, the key is always there. */
function absent<T extends z.ZodType>(schema: T) {
  return schema.optional().transform((value) => value);
}

const remotePathSchema = z.string().transform(parseRemotePath);
const objectKeySchema = z.string().transform((key) => key as ObjectKey);

export const modifiedTimeSchema: z.ZodType<ModifiedTime> = z.object({
  raw: z.string(),
  wallClock: z.string(),
  precision: z.enum(['second', 'minute', 'day']),
  clock: z.enum(['utc', 'server']),
});

const remoteFileSchema: z.ZodType<RemoteFile, unknown> = z.object({
  path: remotePathSchema,
  sizeBytes: absent(z.number()),
  modified: absent(modifiedTimeSchema),
  unique: absent(z.string()),
});

const faultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('line-not-understood'), line: z.string() }),
  z.object({ kind: z.literal('cut-short'), detail: z.string() }),
  z.object({ kind: z.literal('truncated-by-server'), reply: z.string() }),
  z.object({ kind: z.literal('too-many-entries'), limit: z.number() }),
  z.object({ kind: z.literal('too-deep'), limit: z.number() }),
  z.object({ kind: z.literal('denied'), replyCode: absent(z.number()), detail: z.string() }),
  z.object({ kind: z.literal('failed'), detail: z.string() }),
]);

const skippedEntrySchema = z.object({ name: z.string(), kind: z.enum(['link', 'special']) });

const refusedNameSchema = z.object({
  shownName: z.string(),
  fault: z.enum(['empty', 'relative', 'dot-component', 'slash-in-name', 'control-character', 'not-text']),
});

/** A line of `listing/*.jsonl`: one name. The lines of a document stand in the order of sync/listing-order.ts. */
export const listingLineSchema: z.ZodType<ListingLine, unknown> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), file: remoteFileSchema }),
  z.object({ kind: z.literal('skipped'), directory: remotePathSchema, entry: skippedEntrySchema }),
  z.object({ kind: z.literal('refused'), directory: remotePathSchema, name: refusedNameSchema }),
]);

/** A sorted document of the listing, `listing/<number>.jsonl`. Only those that the summary names count. */
export const listingShardSchema = z.object({
  number: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /** Of the document that was meant: a step that was repeated may have written another one under the same number. */
  etag: z.string(),
});
export type ListingShard = z.infer<typeof listingShardSchema>;

/** What the invocations of ListRemote have found so far, and what one of them and the summary both tell. */
const listedSchema = z.object({
  directories: z.number(),
  files: z.number(),
  incompleteDirectories: z.number(),
  shards: z.array(listingShardSchema),
  /** Directories with more lines than one chunk of the plan ({@link linesPerChunk}), and how many lines, names listed twice counted twice. */
  largeDirectories: z.array(z.object({ directory: remotePathSchema, lines: z.number() })),
});

/** How far ListRemote had come when an invocation ended: `listing-state/<round>.json`. The next one begins with it. */
export const listingStateSchema = listedSchema.extend({
  /** Directories found, listed or not; those still to be listed are the lines of `listing-state/frontier-<round>.jsonl`. */
  found: z.number(),
  /** The next one's shards begin with this number. */
  nextShard: z.number(),
  /** A few files whose dates need the zone of the server's clock. */
  undated: z.array(remoteFileSchema),
});
export type ListingState = z.infer<typeof listingStateSchema>;

export const frontierDirectorySchema: z.ZodType<FrontierDirectory, unknown> = z.object({
  path: remotePathSchema,
  cuts: z.number(),
});

/** What ListRemote found besides the lines: `listing-summary.json`. */
export const listingSummarySchema = listedSchema.extend({
  zone: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('iana'), name: z.string() }),
    z.object({ kind: z.literal('offset'), minutes: z.number() }),
    z.object({ kind: z.literal('unknown') }),
  ]),
});
export type ListingSummary = z.infer<typeof listingSummarySchema>;

/** What the bucket held of the file when it was last recorded; the worker compares before it fetches again. */
const takenBeforeSchema = z.object({
  key: z.string(),
  etag: z.string(),
  sha256: absent(z.string()),
  crc32: absent(z.string()),
  sizeBytes: z.number(),
  modified: absent(modifiedTimeSchema),
  unique: absent(z.string()),
});

/** A file that is to be transferred: a line of `manifest/*.jsonl` and of `big-files/*.jsonl`. */
export const transferActionSchema = z.object({
  kind: z.literal('transfer'),
  file: remoteFileSchema,
  key: objectKeySchema,
  reason: z.enum(['new', 'changed', 'failed-before', 'key-changed', 'replay']),
  takenBefore: absent(takenBeforeSchema),
  attemptsBefore: z.number(),
});
export type TransferAction = z.infer<typeof transferActionSchema>;

/** A line of `to-clear/*.jsonl`: a file that an earlier run took, and that is still to be deleted or moved at the partner. */
export const toClearLineSchema = z.object({
  kind: z.literal('post-process'),
  file: remoteFileSchema,
  key: objectKeySchema,
  verifiedModified: absent(modifiedTimeSchema),
});
export type ToClearLine = z.infer<typeof toClearLineSchema>;

/** What kept a slice from being fetched: `slice-problems/<upload>/<first part>.json`. */
export const sliceProblemSchema = z.object({
  fault: z.custom<Extract<Outcome, { kind: 'failed' }>['fault']>((value) => typeof value === 'string'),
  message: z.string(),
  /** Whether the same may go well in another round. */
  again: z.boolean(),
  /** The last lines of the session that it came about in. */
  dialogue: z.array(z.string()).readonly().optional(),
});

/** A line of `decisions/*.jsonl`: a name that is not moved, and why. Unchanged files are counted, not listed. */
export const decisionLineSchema = z.object({
  path: z.string(),
  sizeBytes: absent(z.number()),
  outcome: z.enum(['skipped', 'held', 'refused']),
  reason: z.string(),
});
export type DecisionLine = z.infer<typeof decisionLineSchema>;

/** A line of `faults.jsonl`: something in the listing that could not be read or understood. */
export const faultLineSchema = z.object({ directory: z.string(), fault: faultSchema });

/** PlanRun's totals: `plan-summary.json`. */
export const planSummarySchema = z.object({
  listed: z.number(),
  /** All files that are to be transferred, and their bytes; big ones among them. */
  transfers: z.number(),
  bytes: z.number(),
  bigFiles: z.number(),
  postProcess: z.number(),
  skipped: z.record(z.string(), z.number()),
  held: z.number(),
  refused: z.number(),
  incompleteDirectories: z.number(),
  /** How many are transferred, held and refused for each reason. */
  reasons: decisionReasonsSchema.default(noReasons),
  halted: absent(z.object({ reason: z.string(), message: z.string() })),
});
export type PlanSummary = z.infer<typeof planSummarySchema>;

/** What became of a file: contract/outcome-line.ts says when, too. */
export const outcomeSchema: z.ZodType<Outcome, unknown> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('transferred'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: z.number(),
    sha256: absent(z.string()),
    crc32: absent(z.string()),
    verification: z.enum(['size+mtime', 'size', 'crc32', 'adopted']),
    verifiedModified: absent(modifiedTimeSchema),
    note: absent(z.string()),
  }),
  z.object({
    kind: z.literal('unchanged'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: z.number(),
    verifiedModified: absent(modifiedTimeSchema),
  }),
  z.object({
    kind: z.literal('failed'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: absent(z.number()),
    fault: z.custom<Extract<Outcome, { kind: 'failed' }>['fault']>((value) => typeof value === 'string'),
    message: z.string(),
    dialogue: z.array(z.string()).optional(),
  }),
]);

/**
 * A line of `cleared/*.jsonl`: what became of the file at the partner. `gone`: it was no longer there, as after a try whose
 * reply was lost.
 */
export const clearedLineSchema = z.object({
  path: z.string(),
  outcome: z.enum(['deleted', 'moved', 'gone', 'left', 'failed']),
  detail: z.string(),
});
export type ClearedLine = z.infer<typeof clearedLineSchema>;

/** A file as `run --json` and `plan --json` show it. */
export const reportedFileSchema = z.object({
  path: z.string(),
  key: z.string().optional(),
  sizeBytes: z.number().optional(),
  outcome: z.enum(['transferred', 'skipped', 'held', 'refused', 'failed', 'transfer', 'post-process']),
  reason: z.string().optional(),
  verification: z.string().optional(),
  sha256: z.string().optional(),
  crc32: z.string().optional(),
});
export type ReportedFile = z.infer<typeof reportedFileSchema>;

/** The totals of a run: the table's run record, and `report.json`. */
export const runReportSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  run: runIdSchema,
  mode: z.enum(['run', 'plan']),
  status: runStatusSchema,
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  listed: z.number(),
  transferred: z.number(),
  skipped: z.number(),
  held: z.number(),
  refused: z.number(),
  failed: z.number(),
  bytes: z.number(),
  /** At the partner, after the run: deleted, moved, and what could not be. */
  cleared: z.number(),
  notCleared: z.number(),
  incompleteDirectories: z.number(),
  /** Why the run halted or failed, or why some of its workers gave up. Of a run that failed, `fault` decides the exit code. */
  problem: z.object({ fault: z.string(), message: z.string() }).optional(),
});
export type RunReport = z.infer<typeof runReportSchema>;

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
