/**
 * Reconcile of a million objects: the real bundle, called by the real state machine, against S3, table and
 * queue of the local stack. Once with nothing delivered, so that every object is queued, and once with all
 * but a few delivered. The function's memory must not grow with the number of objects, so a hundredth of them
 * is measured too. Prints a table; exits with 1 when a count is wrong or a limit is exceeded.
 *
 * Usage: node test/bench/big/reconcile.ts [--objects COUNT] [--only none|most]
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { textTable } from '../../../cli/text/text-table.ts';
import { flowIdSchema, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { writePartners } from '../../support/partner/partner-folder.ts';
import { partnerAt } from '../../support/partner/test-partner.ts';
import { amendText } from '../../support/stage/amend-template.ts';
import { openTestStage, type TestStage } from '../../support/stage/test-stage.ts';
import { watchProcesses } from '../watch-processes.ts';
import { seedDeliveries, seedObjects } from './seeded-outbox.ts';

const mebibyte = 1024 * 1024;
/** Maximum resident memory of the function, which has 512 MiB. */
const maxBytes = 192 * mebibyte;
/** Maximum growth with a hundred times as many objects: uncollected garbage. */
const growthBoundBytes = 32 * mebibyte;
/** The number of objects without a delivery in the case `most`. */
const missedCount = 100;
/**
 * The function starts no page in its last minute, so it works for 15 of 75 seconds, and a million objects
 * take many calls. In Lambda, where requests take longer, they take several calls of 15 minutes.
 */
const shortTimeout = amendText('"Timeout":900', '"Timeout":75');
const pollMs = 250;

const { values } = parseArgs({
  options: { objects: { type: 'string', default: '1000000' }, only: { type: 'string' } },
});
const objects = Number(values.objects);
const flowName = { partner: partnerIdSchema.parse('bench'), flow: flowIdSchema.parse('files') };
const prefix = 'bench/files/';

const outputSchema = z.object({
  cursor: z.object({ done: z.boolean(), listed: z.number(), enqueued: z.number() }),
});

interface Measured {
  readonly peakBytes: number;
}

const rows: string[][] = [];
const failures: string[] = [];
for (const delivered of ['none', 'most'] as const) {
  if (values.only !== undefined && values.only !== delivered) continue;
  const few = await measure(Math.round(objects / 100), delivered);
  const many = await measure(objects, delivered);
  const growthBytes = many.peakBytes - few.peakBytes;
  if (growthBytes > growthBoundBytes)
    failures.push(`a hundred times as many objects took ${mib(growthBytes)} MiB more`);
}
const header = ['OBJECTS', 'DELIVERED', 'SENT', 'SECONDS', 'OBJECTS/s', 'CALLS', 'PEAK MiB'];
process.stdout.write(`\n${textTable(header, rows)}\n`);
for (const error of failures) process.stdout.write(`FAILED: ${error}\n`);
if (failures.length === 0) {
  process.stdout.write(
    `Every undelivered object was queued once, and the function stayed under ${mib(maxBytes)} MiB.\n`,
  );
}
process.exitCode = failures.length === 0 ? 0 : 1;

/** Seeds a stage and reconciles it once. */
async function measure(count: number, delivered: 'none' | 'most'): Promise<Measured> {
  process.stdout.write(`${count} objects, delivered ${delivered}: seeding\n`);
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-reconcile-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  // Nothing listens there: reconcile opens no session.
  const partner = partnerAt(1, flowName.partner, { flows: { [flowName.flow]: { direction: 'push' } } });
  const places = { ...writePartners(folder, [partner]), dataFolder: join(folder, 'data') };
  const open = () => openTestStage(places, { amend: shortTimeout, eventSourceMappings: 'disabled' });
  let bucket: string;
  {
    await using empty = await open();
    bucket = empty.stage.outbox.name;
  }
  await seedObjects(join(places.dataFolder, 'objects'), { bucket, prefix, count });
  await using stage = await open();
  const sent = delivered === 'none' ? count : missedCount;
  await seedDeliveries(stage.stage.table, { flowName, count: count - sent });

  process.stdout.write(`${count} objects, delivered ${delivered}: reconciling\n`);
  const watch = watchProcesses(process.pid);
  const startMs = performance.now();
  const cursor = await reconcile(stage);
  const seconds = (performance.now() - startMs) / 1000;
  const peakBytes = watch.end().functions.get('reconcile')?.peakResidentBytes ?? Number.NaN;

  const calls = await callsOf(stage);
  const waiting = await stage.queues.count('push');
  const expected = { done: true, listed: count, enqueued: sent, waiting: sent };
  const found = { done: cursor.done, listed: cursor.listed, enqueued: cursor.enqueued, waiting };
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    failures.push(`${count} objects: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
  if (!(peakBytes < maxBytes)) failures.push(`${count} objects: the function used ${mib(peakBytes)} MiB`);
  const rate = (count / seconds).toFixed(0);
  rows.push([
    String(count),
    delivered,
    String(sent),
    seconds.toFixed(1),
    rate,
    String(calls),
    mib(peakBytes),
  ]);
  process.stdout.write(`${rows.at(-1)?.join('  ')}\n`);
  return { peakBytes };
}

/** Starts the state machine and waits for its end. @returns the last cursor. */
async function reconcile({ stage }: TestStage): Promise<z.infer<typeof outputSchema>['cursor']> {
  const { executionArn = '' } = await stage.executions.send(
    new StartExecutionCommand({
      stateMachineArn: stage.reconcileMachineArn,
      input: JSON.stringify(flowName),
    }),
  );
  for (;;) {
    await sleep(pollMs);
    const execution = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status === 'RUNNING') continue;
    if (execution.status !== 'SUCCEEDED') throw new Error(`Reconcile ended as ${execution.status}.`);
    return outputSchema.parse(JSON.parse(execution.output ?? '')).cursor;
  }
}

/** How often the function was called. It logs a line at the end of each call. */
async function callsOf({ stack }: TestStage): Promise<number> {
  const log = await readFile(join(stack.logsFolder, 'ftps-sync-local-reconcile.log'), 'utf8');
  return log.split('\n').filter((line) => line.includes('"message":"done"')).length;
}

function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}
