import { expect, test } from 'vitest';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const pulls = ['one', 'two', 'three', 'four'];

const acme = await startTestPartner('acme', {
  flows: { ...Object.fromEntries(pulls.map((name) => [name, {}])), orders: { direction: 'push' } },
});
const { flow, push, queues } = await startTestStage([acme], { maxConcurrency: 1 });

test('With one function at a time all runs succeed, and every object is delivered once', async () => {
  for (const name of pulls) acme.tree.put(`/${name}/a.csv`, { content: name });

  const puts = ['1.txt', '2.txt', '3.txt'].map((name) => push('acme', 'orders').put(name, name));
  const runs = await Promise.all(pulls.map((name) => flow('acme', name).pull()));
  await Promise.all(puts);
  await queues.quiet();

  expect(runs.map(({ exitCode, report }) => [exitCode, report.transferred])).toEqual(pulls.map(() => [0, 1]));
  const stored = acme.server.transfers.filter(({ command }) => command === 'STOR');
  expect(stored).toHaveLength(3);
  expect(await queues.count('pushDeadLetters')).toBe(0);
});
