import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { CountingTree } from '../support/ftps-server/counting-tree.ts';
import { generatedBytes } from '../support/ftps-server/generated-content.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';
import { until } from '../support/stage/until.ts';

const mebibyte = 1024 * 1024;
const content = Buffer.concat([...generatedBytes({ sizeBytes: 120 * 1000 * 1000, seed: 9 })]);
const kills = 5;
/** The upload alone takes 7 seconds at this pace, and an invocation has some 4 for it. */
const paceBytesPerSecond = 16 * mebibyte;
const functionSeconds = 8;
/** On a machine that is busy with much else. */
const patienceMs = 180_000;

const root = mkdtempSync(join(tmpdir(), 'ftps-sync-big-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'files'));

const tree = new CountingTree(root);
const partner = await startTestPartner('distant', {
  // The slot of a function that was killed is free after a minute; here nobody waits for that.
  connection: { maxConnections: kills + 2 },
  server: { files: tree, paceBytesPerSecond },
  flows: { files: { direction: 'push' } },
});
const { queues, kill, push } = await startTestStage([partner], { functionSeconds, waitScale: 0.0003 });
const files = push('distant');

beforeEach(() => {
  tree.reset();
});

test('An object that takes several invocations arrives once, in pieces that the functions end themselves', {
  timeout: patienceMs,
}, async () => {
  const before = partner.server.transfers.length;

  await files.put('calm.bin', content);
  await queues.quiet();

  const pieces = partner.server.transfers.slice(before).filter(({ command }) => command === 'STOR');
  expect(sha256(readFileSync(join(root, 'files/calm.bin')))).toBe(sha256(content));
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.map(({ replyCode }) => replyCode)).toEqual(pieces.map(() => 226));
  expect(tree.most).toBeLessThanOrEqual(2);
  expect(tree.bytes - content.length).toBeLessThan(2 * mebibyte);
  expect((await files.record('calm.bin')).delivered).toMatchObject({ sizeBytes: content.length });
  expect(await files.attention()).toEqual({});
});

test('It arrives once though its functions are killed five times amid it, and no range is sent three times', {
  timeout: patienceMs,
}, async () => {
  const stepBytes = content.length / (kills + 2);
  await files.put('killed.bin', content);

  for (let number = 1; number <= kills; number++) {
    const moment = (number + Math.random() / 2) * stepBytes;
    await until('the file has grown', () => (stagedBytes() >= moment ? 'grown' : undefined));
    await until('a function is at work', () => (kill('push-file') ? 'killed' : undefined));
  }
  await queues.quiet();

  expect(sha256(readFileSync(join(root, 'files/killed.bin')))).toBe(sha256(content));
  expect(readdirSync(join(root, 'files'))).not.toContainEqual(expect.stringMatching(/part$/));
  expect(tree.most).toBeLessThan(3);
  expect(tree.bytes).toBeLessThan(2 * content.length);
  expect(await files.attention()).toEqual({});
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

function stagedBytes(): number {
  const folder = join(root, 'files');
  const staged = readdirSync(folder).find((name) => name.endsWith('.part'));
  return staged === undefined ? 0 : statSync(join(folder, staged)).size;
}
