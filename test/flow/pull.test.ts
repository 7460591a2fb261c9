import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner, type TestPartner } from '../support/stage/test-partner.ts';
import { startTestStage, type TestStage } from '../support/stage/test-stage.ts';

let acme: TestPartner;
let stage: TestStage;

beforeAll(async () => {
  acme = await startTestPartner('acme', { flows: { first: {}, second: {} } });
  stage = await startTestStage([acme]);
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await acme[Symbol.asyncDispose]();
});

test('The first run brings every file whole, in nested folders too', async () => {
  acme.tree.put('/first/a.csv', { content: 'a' }).put('/first/2026/11/b.csv', { content: 'b' });
  const flow = stage.flow('acme', 'first');

  const { exitCode, outcomes } = await flow.pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'transferred', '2026/11/b.csv': 'transferred' });
  expect(await flow.visible()).toEqual({ 'a.csv': sha256('a'), '2026/11/b.csv': sha256('b') });
});
