import { expect, test } from 'vitest';
import { entryBytes, sessions } from '../../../cli/cost/product-facts.ts';
import { type PullRun, pullRunUsage, runDocumentBytes } from '../../../cli/cost/pull-run.ts';
import { sessionUsage } from '../../../cli/cost/session-usage.ts';
import { flowObjects } from '../../../cli/stage/flow-objects.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { countRequests } from '../../support/stage/count-requests.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

/**
 * The cost model against a run. The tolerance is for the duration of a run: progress and the renewals of
 * connection slots are written by the clock.
 */
const tolerance = 0.15;

const files = 200;
const folders = 5;
/** The flow's top directory holds no files, and is listed too. */
const directories = folders + 1;
const bytesPerFile = 2000;

const acme = await startTestPartner('acme', { flows: { first: {}, again: {} } });
const { flow, stage } = await startTestStage([acme]);

test('A run of 200 new files makes as many requests of S3 and DynamoDB as are billed', async () => {
  seed('first');

  const counted = await countRequests(() => flow('acme', 'first').pull());

  expect(await flow('acme', 'first').entries()).toHaveLength(files);
  const billed = pullRunUsage(run({ known: 0, moved: files }));
  expect(counted.s3Writes).toSatisfy(about(billed['s3.write']));
  expect(counted.s3Reads).toSatisfy(about(billed['s3.read']));
  expect(counted.tableWrites).toSatisfy(about(billed['dynamodb.write']));
  const billedConnectionReads = sessionUsage({ calls: 2, seconds: 0, sessions })['dynamodb.read'] ?? 0;
  expect(counted.tableReads).toSatisfy(about((billed['dynamodb.read'] ?? 0) - billedConnectionReads));
  expect(counted.connectionReads).toBeGreaterThanOrEqual(billedConnectionReads * (1 - tolerance));
});

test('The documents of a run are no larger than is billed', async () => {
  const sizes: number[] = [];
  for await (const { sizeBytes } of flowObjects(stage.runs, 'acme/first/')) sizes.push(sizeBytes);

  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(files * 2 * 100);
  expect(bytes).toBeLessThanOrEqual(runDocumentBytes(run({ known: 0, moved: files })));
});

test('A run without new files makes no more requests than are billed, and entries have the size that is billed', async () => {
  seed('again');
  await flow('acme', 'again').pull();

  const counted = await countRequests(() => flow('acme', 'again').pull());

  const billed = pullRunUsage(run({ known: files, moved: 0 }));
  expect(counted.s3Writes).toBeLessThanOrEqual(billed['s3.write'] ?? 0);
  expect(counted.s3Reads).toBeLessThanOrEqual(billed['s3.read'] ?? 0);
  expect(counted.tableWrites).toBeLessThanOrEqual(billed['dynamodb.write'] ?? 0);
  const sizes = (await flow('acme', 'again').entries()).map((entry) => JSON.stringify(entry).length);
  expect(Math.max(...sizes)).toBeLessThan(1024);
  expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length).toSatisfy(about(entryBytes));
});

function run(known: Pick<PullRun, 'known' | 'moved'>): PullRun {
  return { listed: files, directories, bytesPerFile, movedAre: 'new', ...known };
}

function seed(name: string): void {
  for (let index = 0; index < files; index += 1) {
    const path = `/${name}/2026-11-${10 + (index % folders)}/invoice-${10_000 + index}.csv`;
    acme.tree.put(path, { content: 'x'.repeat(bytesPerFile) });
  }
}

function about(expected = 0): (counted: number) => boolean {
  return (counted) => Math.abs(counted - expected) <= expected * tolerance;
}
