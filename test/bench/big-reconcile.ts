/**
 * Reconcile over a million objects: the real bundle, called by the real state machine, against the local stack's S3, table
 * and queue. Once with nothing delivered, where every object is looked at and sent, and once with all but a few delivered. The
 * function's memory must not grow with the number of objects: the same is measured with a hundredth of them. Prints a table; ends with 1
 * where the count is wrong or a bound is broken.
 *
 * Usage: node test/bench/big-reconcile.ts [--objects COUNT] [--only none|most]
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { textTable } from '../../cli/text-table.ts';
import { flowIdSchema, partnerIdSchema } from '../../lambdas/contract/ids.ts';
import { writePartners } from '../support/stage/partner-folder.ts';
import { partnerAt } from '../support/stage/test-partner.ts';
import { amendText, openTestStage, type TestStage } from '../support/stage/test-stage.ts';
import { seedDeliveries, seedObjects } from './seeded-outbox.ts';
import { watchProcesses } from './watch-processes.ts';

const mebibyte = 1024 * 1024;
/** What the function may have resident at most: its memory is 512. */
const boundBytes = 192 * mebibyte;
/** What it may have more with a hundred times as many objects: garbage that waits to be collected, not what is held. */
const growthBoundBytes = 32 * mebibyte;
/** Not delivered where most are. */
const fewMissed = 100;
/**
 * The function begins no page in its last minute: with 15 seconds more it works for 15, and a million objects take many calls,
 * as they take several of 15 minutes where a request has a way to go.
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
const faults: string[] = [];
for (const delivered of ['none', 'most'] as const) {
  if (values.only !== undefined && values.only !== delivered) continue;
  const few = await measure(Math.round(objects / 100), delivered);
  const many = await measure(objects, delivered);
  const growthBytes = many.peakBytes - few.peakBytes;
  if (growthBytes > growthBoundBytes)
    faults.push(`a hundred times as many took ${mib(growthBytes)} MiB more`);
}
const header = ['OBJECTS', 'DELIVERED', 'SENT', 'SECONDS', 'OBJECTS/s', 'CALLS', 'PEAK MiB'];
process.stdout.write(`\n${textTable(header, rows)}\n`);
for (const fault of faults) process.stdout.write(`BROKEN: ${fault}\n`);
if (faults.length === 0) {
  process.stdout.write(
    `Everything that was not delivered was sent once, and the function stayed under ${mib(boundBytes)} MiB.\n`,
  );
}
process.exitCode = faults.length === 0 ? 0 : 1;

/** Seeds a stage, and has it reconciled once. */
async function measure(count: number, delivered: 'none' | 'most'): Promise<Measured> {
  process.stdout.write(`${count} objects, delivered ${delivered}: seeding\n`);
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-reconcile-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  // Nobody listens there: reconcile opens no session.
  const partner = partnerAt(1, flowName.partner, { flows: { [flowName.flow]: { direction: 'push' } } });
  const places = { ...writePartners(folder, [partner]), dataFolder: join(folder, 'data') };
  const open = () => openTestStage(places, { amend: shortTimeout, queuedWork: 'resting' });
  let bucket: string;
  {
    await using empty = await open();
    bucket = empty.stage.outbox.name;
  }
  await seedObjects(join(places.dataFolder, 'objects'), { bucket, prefix, count });
  await using stage = await open();
  const sent = delivered === 'none' ? count : fewMissed;
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
    faults.push(`of ${count} objects ${JSON.stringify(found)}, and not ${JSON.stringify(expected)}`);
  }
  if (!(peakBytes < boundBytes)) faults.push(`with ${count} objects it had ${mib(peakBytes)} MiB resident`);
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

/** Starts the state machine, and waits for its end. @returns the last cursor. */
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

/** How often the function was called: it logs a line at the end of each call. */
async function callsOf({ stack }: TestStage): Promise<number> {
  const log = await readFile(join(stack.logsFolder, 'ftps-sync-local-reconcile.log'), 'utf8');
  return log.split('\n').filter((line) => line.includes('"message":"done"')).length;
}

function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}
