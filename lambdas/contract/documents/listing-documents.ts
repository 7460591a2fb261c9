import { z } from 'zod';
import type { FrontierDirectory, ListingLine } from '../../core/listing/listing.ts';
import type { ServerZone } from '../../core/listing/server-zone.ts';
import { modifiedTimeSchema, optionalField, remoteFileSchema, remotePathSchema } from './document-fields.ts';

const listingErrorSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('line-not-understood'), line: z.string() }),
  z.object({ kind: z.literal('cut-short'), detail: z.string() }),
  z.object({ kind: z.literal('truncated-by-server'), reply: z.string() }),
  z.object({ kind: z.literal('too-many-entries'), limit: z.number() }),
  z.object({ kind: z.literal('too-deep'), limit: z.number() }),
  z.object({ kind: z.literal('denied'), replyCode: optionalField(z.number()), detail: z.string() }),
  z.object({ kind: z.literal('failed'), detail: z.string() }),
]);

const skippedEntrySchema = z.object({ name: z.string(), kind: z.enum(['link', 'special']) });

const refusedNameSchema = z.object({
  shownName: z.string(),
  error: z.enum([
    'empty',
    'relative',
    'dot-component',
    'slash-in-name',
    'control-character',
    'invalid-encoding',
  ]),
});

/**
 * A line of `listing/*.jsonl`: one name. The lines of a document are in the order of
 * core/listing/listing-order.ts.
 */
export const listingLineSchema: z.ZodType<ListingLine, unknown> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), file: remoteFileSchema }),
  z.object({ kind: z.literal('skipped'), directory: remotePathSchema, entry: skippedEntrySchema }),
  z.object({ kind: z.literal('refused'), directory: remotePathSchema, name: refusedNameSchema }),
]);

/**
 * A sorted document of the listing, `listing/<number>.jsonl`. Only the documents in the summary belong to the
 * listing.
 */
export const listingShardSchema = z.object({
  number: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /**
   * The ETag of the intended document: a repeated step may have written another one under the same number.
   */
  etag: z.string(),
});
export type ListingShard = z.infer<typeof listingShardSchema>;

/** The part that the state of an invocation and the summary have in common. */
const listedSchema = z.object({
  directories: z.number(),
  files: z.number(),
  incompleteDirectories: z.number(),
  /** Selected files without a fact that the listing leaves out and the server does not tell either. */
  filesWithoutTime: z.number().optional(),
  filesWithoutSize: z.number().optional(),
  shards: z.array(listingShardSchema),
  /**
   * Directories with more lines than a chunk of the plan (`linesPerChunk`), with their number of lines; a
   * name that is listed twice counts twice.
   */
  largeDirectories: z.array(z.object({ directory: remotePathSchema, lines: z.number() })),
});

/**
 * The progress of ListRemote at the end of an invocation: `listing-state/<round>.json`. The next one resumes
 * with it.
 */
export const listingStateSchema = listedSchema.extend({
  /**
   * The number of directories found, listed or not; those not listed yet are the lines of
   * `listing-state/frontier-<round>.jsonl`.
   */
  found: z.number(),
  /** The number of the first shard of the next invocation. */
  nextShard: z.number(),
  /** The newest files whose times need the zone of the server's clock. */
  zoneSamples: z.array(z.object({ path: remotePathSchema, modified: modifiedTimeSchema })),
});
export type ListingState = z.infer<typeof listingStateSchema>;

export const frontierDirectorySchema: z.ZodType<FrontierDirectory, unknown> = z.object({
  path: remotePathSchema,
  cuts: z.number(),
});

const serverZoneSchema: z.ZodType<ServerZone> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('iana'), name: z.string(), of: z.enum(['list', 'all']).optional() }),
  z.object({
    kind: z.literal('measured'),
    offsets: z.array(z.number()),
    times: z.record(z.string(), z.string()),
  }),
]);

/** The result of ListRemote apart from the lines: `listing-summary.json`. */
export const listingSummarySchema = listedSchema.extend({
  zone: serverZoneSchema,
});
export type ListingSummary = z.infer<typeof listingSummarySchema>;

/** A line of `listing-errors/*.jsonl`: a part of the listing that could not be read or parsed. */
export const listingErrorLineSchema = z.object({ directory: z.string(), error: listingErrorSchema });
