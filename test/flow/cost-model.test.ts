import { expect, test } from 'vitest';
import { entryBytes } from '../../cli/cost/product-facts.ts';
import { type PullRun, pullRunUsage } from '../../cli/cost/pull-run.ts';
import { countRequests } from '../support/stage/counted-requests.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';

/**
 * What `ftps-sync cost` counts with, against what a run does. The tolerance is what a run's length moves: progress and the slots
 * of the connection budget are written by the clock.
 */
const tolerance = 0.15;

const files = 200;
const folders = 5;
/** The flow's own directory holds none, and is listed too. */
const directories = folders + 1;
const bytesPerFile = 2000;

const acme = await startTestPartner('acme', { flows: { first: {}, again: {} } });
const { flow } = await startTestStage([acme]);

test('A run of 200 new files asks as much of S3 and DynamoDB as is billed', async () => {
  seed('first');

  const counted = await countRequests(() => flow('acme', 'first').pull());

  expect(await flow('acme', 'first').entries()).toHaveLength(files);
  const billed = pullRunUsage(run({ known: 0, moved: files }));
  expect(counted.s3Writes).toSatisfy(about(billed['s3.write']));
  expect(counted.tableWrites).toSatisfy(about(billed['dynamodb.write']));
  expect(counted.tableReads).toSatisfy(about(billed['dynamodb.read']));
});

test('A run in which nothing is new asks no more than is billed, and an entry is as large', async () => {
  seed('again');
  await flow('acme', 'again').pull();

  const counted = await countRequests(() => flow('acme', 'again').pull());

  const billed = pullRunUsage(run({ known: files, moved: 0 }));
  expect(counted.s3Writes).toBeLessThanOrEqual(billed['s3.write'] ?? 0);
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
