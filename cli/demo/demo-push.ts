import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { flowIdSchema, partnerIdSchema } from '../../lambdas/contract/ids.ts';
import { readDelivery } from '../../lambdas/ledger/delivery-entries.ts';
import type { DeliveredVersion } from '../../lambdas/sync/delivery-record.ts';
import type { MemoryTree } from '../../test/support/ftps-server/memory-tree.ts';
import type { Output } from '../output.ts';
import type { Stage } from '../stage.ts';
import { demoPartner } from './demo-partner.ts';
import type { DemoStep } from './demo-step.ts';

const flow = 'orders';
const prefix = 'acme/orders/';
const name = '2026-11/order-0042.xml';

/** An event takes about a second; after this long something is wrong. */
const patienceMs = 30_000;
const pollMs = 100;

/** Something writes an object into the outbox, and within seconds the partner has it under its final name; then a new version. */
export async function demoPush(stage: Stage, tree: MemoryTree, output: Output): Promise<DemoStep[]> {
  const first = 'An order is put into the outbox: the event has it delivered';
  const second = 'The same order is put again: the partner gets the new version';
  const scene = { stage, tree, output };
  return [
    await play({ title: first, text: '<order id="42"><item>7</item></order>\n' }, scene),
    await play({ title: second, text: '<order id="42"><item>8</item></order>\n' }, scene),
  ];
}

interface DemoScene {
  readonly stage: Stage;
  readonly tree: MemoryTree;
  readonly output: Output;
}

async function play(
  { title, text }: { readonly title: string; readonly text: string },
  { stage, tree, output }: DemoScene,
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

async function waitForDelivery(stage: Stage, versionId: string): Promise<DeliveredVersion | undefined> {
  const flowName = { partner: partnerIdSchema.parse(demoPartner), flow: flowIdSchema.parse(flow) };
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; ) {
    const { delivered } = await readDelivery(stage.table, { flowName, relativePath: name });
    if (delivered?.versionId === versionId) return delivered;
    await sleep(pollMs);
  }
  return undefined;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
