import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { flowIdSchema, partnerIdSchema } from '../../lambdas/contract/ids.ts';
import type { DeliveredVersion } from '../../lambdas/core/delivery/delivery-record.ts';
import { parseRelativePath } from '../../lambdas/core/path/relative-path.ts';
import { readDelivery } from '../../lambdas/ledger/entries/delivery-entries.ts';
import type { MemoryTree } from '../../testing/ftps-server/tree/memory-tree.ts';
import { pollFor } from '../stage/poll.ts';
import type { Stage } from '../stage/stage.ts';
import type { Output } from '../text/output.ts';
import { demoPartner } from './demo-partner.ts';
import type { DemoStep } from './demo-step.ts';

const flow = 'orders';
const prefix = 'acme/orders/';
const name = '2026-11/order-0042.xml';

/** A delivery takes about a second; on a busy machine, a minute. */
const timeoutMs = 10 * 60_000;
const intervalMs = 100;

/** Puts an order into the outbox and waits until the partner has it, then a new version of the order. */
export async function demoPush(stage: Stage, tree: MemoryTree, output: Output): Promise<DemoStep[]> {
  const first = 'Push: an order in the outbox is delivered on its event';
  const second = 'Push: a new version of the order replaces it at the partner';
  const context = { stage, tree, output };
  return [
    await runStep({ title: first, text: '<order id="42"><item>7</item></order>\n' }, context),
    await runStep({ title: second, text: '<order id="42"><item>8</item></order>\n' }, context),
  ];
}

interface PushContext {
  readonly stage: Stage;
  readonly tree: MemoryTree;
  readonly output: Output;
}

async function runStep(
  { title, text }: { readonly title: string; readonly text: string },
  { stage, tree, output }: PushContext,
): Promise<DemoStep> {
  output.text(`\n== ${title}\n`);
  const startedMs = performance.now();
  const { VersionId = '' } = await stage.outbox.client.send(
    new PutObjectCommand({ Bucket: stage.outbox.name, Key: `${prefix}${name}`, Body: text }),
  );
  const delivered = await waitForDelivery(stage, VersionId);
  const seconds = (performance.now() - startedMs) / 1000;
  const atPartner = delivered === undefined ? undefined : tree.bytesOf(delivered.path);
  const asExpected = atPartner !== undefined && sha256(atPartner) === sha256(Buffer.from(text));
  output.text(`put        ${prefix}${name}\n`);
  output.text(`delivered  ${delivered?.path ?? 'not yet'}  ${delivered?.verification ?? ''}\n`);
  const moved = delivered === undefined ? 0 : 1;
  const bytes = delivered?.sizeBytes ?? 0;
  return {
    title,
    step: 'push',
    flow,
    run: undefined,
    listed: 1,
    moved,
    skipped: 0,
    held: 0,
    bytes,
    seconds,
    asExpected,
  };
}

/** @returns undefined when the version is not delivered in time. */
function waitForDelivery(stage: Stage, versionId: string): Promise<DeliveredVersion | undefined> {
  const flowName = { partner: partnerIdSchema.parse(demoPartner), flow: flowIdSchema.parse(flow) };
  const relativePath = parseRelativePath(name);
  return pollFor(
    async () => {
      const { delivered } = await readDelivery(stage.table, { flowName, relativePath });
      return delivered?.versionId === versionId ? delivered : undefined;
    },
    { intervalMs, timeoutMs },
  );
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
