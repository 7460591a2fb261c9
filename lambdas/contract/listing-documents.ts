import { z } from 'zod';
import type { FrontierDirectory, ListingLine } from '../sync/listing.ts';
import { absent, remoteFileSchema, remotePathSchema } from './document-fields.ts';

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

/** A line of `faults.jsonl`: something in the listing that could not be read or understood. */
export const faultLineSchema = z.object({ directory: z.string(), fault: faultSchema });
