import { z } from 'zod';
import type { Flow } from '../../lambdas/contract/partner-file/partner-file.ts';
import { fileOrder } from '../../lambdas/core/path/path-order.ts';
import { type FlowEntry, scanFlowEntries } from '../../lambdas/ledger/entries/flow-entries.ts';
import { type FlowObject, flowBucket, flowObjects } from '../stage/flow-objects.ts';
import type { VerifyContext } from './comparison.ts';
import { Spool } from './spool.ts';

const versionSchema = z.object({
  key: z.string().optional(),
  sizeBytes: z.number(),
  etag: z.string(),
  sha256: z.string().optional(),
  crc32: z.string().optional(),
});
const entrySchema = z.object({
  order: z.object({ directory: z.string(), name: z.string() }),
  path: z.string(),
  transferred: versionSchema.optional(),
  delivered: versionSchema.extend({ target: z.string() }).optional(),
});
const objectSchema = z.object({
  key: z.string(),
  path: z.string(),
  sizeBytes: z.number(),
  etag: z.string(),
  modified: z.string(),
});

/** The flow's entries in the ledger, sorted on disk. */
export async function spoolEntries(context: VerifyContext, flow: Flow): Promise<Spool<FlowEntry>> {
  const { stage, partner, comparison } = context;
  const spool = await Spool.open<FlowEntry>((json) => entrySchema.parse(json) as FlowEntry);
  let read = 0;
  for await (const page of scanFlowEntries(stage.table, { partner: partner.partner, flow: flow.name })) {
    for (const entry of page) await spool.add(entry.order, entry);
    read += page.length;
    comparison.progress('reading the ledger', read);
  }
  return spool;
}

/** The objects under the flow's prefix, sorted on disk: S3 lists them in another order. */
export async function spoolObjects(context: VerifyContext, flow: Flow): Promise<Spool<FlowObject>> {
  const { stage, comparison } = context;
  const spool = await Spool.open<FlowObject>((json) => objectSchema.parse(json));
  for await (const object of flowObjects(flowBucket(stage, flow), flow.prefix)) {
    await spool.add(fileOrder(object.path), object);
    comparison.objects += 1;
    if (comparison.objects % 1000 === 0) comparison.progress('listing the bucket', comparison.objects);
  }
  return spool;
}
