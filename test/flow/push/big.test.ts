import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { CountingTree } from '../../../testing/ftps-server/tree/counting-tree.ts';
import { generatedBytes } from '../../../testing/ftps-server/tree/generated-content.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { waitUntil } from '../../support/wait-until.ts';

const mebibyte = 1024 * 1024;
const content = Buffer.concat([...generatedBytes({ sizeBytes: 120 * 1000 * 1000, seed: 9 })]);
const kills = 5;
/** The upload takes 7 seconds at this pace, and an invocation spends about 4 on it. */
const paceBytesPerSecond = 16 * mebibyte;
const functionSeconds = 8;

const root = mkdtempSync(join(tmpdir(), 'ftps-sync-big-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'files'));

const tree = new CountingTree(root);
const partner = await startTestPartner('distant', {
  // The slot of a killed function expires after a minute. With more slots than kills, no function waits for
  // that.
  connection: { maxConnections: kills + 2 },
  server: { files: tree, paceBytesPerSecond },
  flows: { files: { direction: 'push' } },
});
const { queues, kill, push } = await startTestStage([partner], { functionSeconds, waitScale: 0.0003 });
const files = push('distant');

beforeEach(() => {
  tree.reset();
});

test('An object that takes several invocations arrives once, in pieces that the functions end themselves', async () => {
  const before = partner.server.transfers.length;

  await files.put('calm.bin', content);
  await queues.quiet();

  const pieces = partner.server.transfers.slice(before).filter(({ command }) => command === 'STOR');
  expect(sha256(readFileSync(join(root, 'files/calm.bin')))).toBe(sha256(content));
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.map(({ replyCode }) => replyCode)).toEqual(pieces.map(() => 226));
  expect(tree.maxWrites).toBeLessThanOrEqual(2);
  expect(tree.bytes - content.length).toBeLessThan(2 * mebibyte);
  expect((await files.record('calm.bin')).delivered).toMatchObject({ sizeBytes: content.length });
  expect(await files.attention()).toEqual({});
});

test('It arrives once although its functions are killed five times, and no range is sent three times', async () => {
  const stepBytes = content.length / (kills + 2);
  await files.put('killed.bin', content);

  for (let number = 1; number <= kills; number++) {
    const moment = (number + Math.random() / 2) * stepBytes;
    await waitUntil({
      what: 'the staging file has grown',
      check: () => stagedBytes() >= moment,
      progress: stagedBytes,
    });
    await waitUntil({ what: 'a function has been killed', check: () => kill('push-file') });
  }
  await queues.quiet();

  expect(sha256(readFileSync(join(root, 'files/killed.bin')))).toBe(sha256(content));
  expect(readdirSync(join(root, 'files'))).not.toContainEqual(expect.stringMatching(/part$/));
  expect(tree.maxWrites).toBeLessThan(3);
  expect(tree.bytes).toBeLessThan(2 * content.length);
  expect(await files.attention()).toEqual({});
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

function stagedBytes(): number {
  const folder = join(root, 'files');
  const staged = readdirSync(folder).find((name) => name.endsWith('.part'));
  return staged === undefined ? 0 : statSync(join(folder, staged)).size;
}
