import { expect, test } from 'vitest';
import { moveBack } from '../../cli/commands/redrive.ts';
import type { FaultRule } from '../support/ftps-server/faults.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';

const push = { direction: 'push' };
const scheduled = {
  ...push,
  trigger: ['schedule'],
  schedule: { cron: '0 4 * * ? *', timeZone: 'Europe/Rome' },
};
/** One session, so that everything is in one message group: what fails must not keep the others. */
const one = { connection: { maxConnections: 1 } };
const acme = await startTestPartner('acme', { ...one, flows: { refused: push, passing: push } });
const { tree, server } = acme;
const spent = await startTestPartner('spent', { ...one, flows: { files: push, batch: scheduled } });
const {
  stage,
  queues,
  push: pushOf,
} = await startTestStage([acme, spent], {
  // The pauses of a delivery, over an hour in all, take about two seconds.
  waitScale: 0.0005,
});

const reply = (code: number) => ({ kind: 'reply', code, text: 'No.' }) as const;

test('What a server refuses for good is tried once, shown in attention, and keeps nobody else', async () => {
  const refused = pushOf('acme', 'refused');
  const codes = [550, 552, 553, 501];
  for (const code of codes) {
    server.fault({ on: 'STOR', path: new RegExp(`^/refused/\\.${code}\\.xml\\.`), do: reply(code) });
  }
  for (const name of [...codes, 'good']) await refused.put(`${name}.xml`, 'x');

  await queues.quiet();
  const { exitCode } = await refused.run();

  expect(await refused.attention()).toEqual({
    '550.xml': 'denied',
    '552.xml': 'no-space',
    '553.xml': 'name-refused',
    '501.xml': 'name-refused',
  });
  expect(await names('/refused')).toEqual(['good.xml']);
  // Once by its event, and once more by the run that was asked for.
  expect(sent('STOR', '/refused/.550.xml')).toHaveLength(2);
  expect(exitCode).toBe(1);
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

test('What was refused leaves attention when it is delivered', async () => {
  server.clearFaults();

  const { exitCode } = await pushOf('acme', 'refused').run();

  expect(exitCode).toBe(0);
  expect(await pushOf('acme', 'refused').attention()).toEqual({});
});

const passing: readonly { title: string; rule: Omit<FaultRule, 'path'> }[] = [
  { title: '421 at the greeting', rule: { on: 'connect', do: reply(421) } },
  {
    title: 'a reset before the greeting',
    rule: { on: 'connect', do: { kind: 'cut-control', when: 'before', with: 'reset' } },
  },
  { title: '421 to STOR', rule: { on: 'STOR', do: reply(421) } },
  { title: '425 to STOR', rule: { on: 'STOR', do: reply(425) } },
  {
    title: '426 after a cut',
    rule: { on: 'STOR', do: { kind: 'cut-data', afterBytes: 9, with: 'reset', code: 426, text: 'Closed.' } },
  },
  { title: '450 to STOR', rule: { on: 'STOR', do: reply(450) } },
  {
    title: '451 after the last byte',
    rule: { on: 'STOR', do: { kind: 'final-reply', code: 451, text: 'Disk error.' } },
  },
  {
    title: '226 after half of it',
    rule: { on: 'STOR', do: { kind: 'cut-data', afterBytes: 9, with: 'close-notify' } },
  },
  {
    title: 'a reset during STOR',
    rule: { on: 'STOR', do: { kind: 'cut-control', when: 'before', with: 'reset' } },
  },
  { title: '450 to RNTO', rule: { on: 'RNTO', do: reply(450) } },
  {
    title: 'a reset before RNTO',
    rule: { on: 'RNTO', do: { kind: 'cut-control', when: 'before', with: 'reset' } },
  },
  {
    title: 'a FIN at the first look',
    rule: { on: 'SIZE', do: { kind: 'cut-control', when: 'before', with: 'fin' } },
  },
];

test.for(passing)('A delivery that meets $title is tried again and arrives', async ({ title, rule }) => {
  const flow = pushOf('acme', 'passing');
  const name = `${title.replaceAll(' ', '-')}.xml`;
  const stop = server.fault({ times: 2, ...rule });

  await flow.put(name, 'some eighteen bytes');
  await queues.quiet();
  stop();

  expect(tree.bytesOf(`/passing/${name}`).toString()).toBe('some eighteen bytes');
  expect((await flow.record(name)).delivered?.sha256).toBe(sha256('some eighteen bytes'));
  expect(await flow.attention()).toEqual({});
  expect((await names('/passing')).filter((each) => each.endsWith('.part'))).toEqual([]);
});

test('After five tries a delivery is a dead letter, and redrive has it delivered', async () => {
  const files = pushOf('spent');
  const stop = spent.server.fault({ on: 'STOR', path: /never/, do: reply(451) });
  await files.put('never.xml', 'at last');
  await queues.quiet();
  const tries = spent.server.log.filter(({ command }) => command === 'STOR').length;
  const dead = await queues.count('pushDeadLetters');
  const before = await files.attention();
  stop();

  const moved = await moveBack(stage);
  await queues.quiet();

  expect({ tries, dead, before }).toEqual({ tries: 5, dead: 1, before: { 'never.xml': 'unavailable' } });
  expect(moved.reduce((sum, { messages }) => sum + messages, 0)).toBe(1);
  expect(spent.tree.bytesOf('/files/never.xml').toString()).toBe('at last');
  expect(await files.attention()).toEqual({});
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

test('A delivery that fails five times takes nobody with it who came in one batch with it', async () => {
  const batch = pushOf('spent', 'batch');
  const stop = spent.server.fault({ on: 'STOR', path: /poison/, do: reply(451) });
  const paths = ['a-poison.xml', ...Array.from({ length: 9 }, (_, index) => `behind-${index}.xml`)];
  for (const path of paths) await batch.put(path, path);

  // Reconcile sends all ten at once.
  await batch.run();
  await queues.quiet();
  stop();

  for (const path of paths.slice(1)) expect(spent.tree.bytesOf(`/batch/${path}`).toString()).toBe(path);
  expect(await queues.count('pushDeadLetters')).toBe(1);
  expect(await batch.attention()).toEqual({ 'a-poison.xml': 'unavailable' });
});

function sent(command: string, path: string) {
  return server.log.filter((entry) => entry.command === command && entry.argument.startsWith(path));
}

async function names(directory: string): Promise<readonly string[]> {
  return [...(await tree.list(directory))].map(({ name }) => name).toSorted();
}
