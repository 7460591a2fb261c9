import { expect, test } from 'vitest';
import { redriveRecorded } from '../../../cli/commands/operate/redrive.ts';
import { flowAuditEntries, wholeStage } from '../../../lambdas/ledger/audit-log.ts';
import type { FaultRule } from '../../../testing/ftps-server/faults.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const push = { direction: 'push' };
const scheduled = {
  ...push,
  trigger: ['schedule'],
  schedule: { cron: '0 4 * * ? *', timeZone: 'Europe/Rome' },
};
/** One session, so that all deliveries are in one message group: a failed one must not block the others. */
const one = { connection: { maxConnections: 1 } };
const acme = await startTestPartner('acme', { ...one, flows: { refused: push, passing: push } });
const { tree, server } = acme;
const spent = await startTestPartner('spent', { ...one, flows: { files: push, batch: scheduled } });
const {
  stage,
  queues,
  push: pushOf,
} = await startTestStage([acme, spent], {
  // All pauses of a delivery together take about two seconds instead of over an hour.
  waitScale: 0.0005,
});

const reply = (code: number) => ({ kind: 'reply', code, text: 'No.' }) as const;

test('A permanent refusal is not retried, is in attention, and does not block others', async () => {
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
  // Once for its event, and once for the run.
  expect(sent('STOR', '/refused/.550.xml')).toHaveLength(2);
  expect(exitCode).toBe(1);
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

test('A refused delivery leaves attention when it is delivered', async () => {
  server.clearFaults();

  const { exitCode } = await pushOf('acme', 'refused').run();

  expect(exitCode).toBe(0);
  expect(await pushOf('acme', 'refused').attention()).toEqual({});
});

const temporaryFaults: readonly { title: string; rule: Omit<FaultRule, 'path'> }[] = [
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
    title: '226 after half of the file',
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
    title: 'a FIN at the first SIZE',
    rule: { on: 'SIZE', do: { kind: 'cut-control', when: 'before', with: 'fin' } },
  },
];

test.for(temporaryFaults)('A delivery that meets $title is retried and arrives', async ({ title, rule }) => {
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

test('After five attempts a delivery is in the dead-letter queue, and redrive delivers it', async () => {
  const files = pushOf('spent');
  const stop = spent.server.fault({ on: 'STOR', path: /never/, do: reply(451) });
  await files.put('never.xml', 'at last');
  await queues.quiet();
  const attempts = spent.server.log.filter(({ command }) => command === 'STOR').length;
  const dead = await queues.count('pushDeadLetters');
  const before = await files.issues();
  stop();

  const moved = await redriveRecorded(stage, 'the partner is back');
  const [audited] = await Array.fromAsync(flowAuditEntries(stage.table, wholeStage));
  await queues.quiet();

  expect(audited).toMatchObject({
    kind: 'redrive',
    partner: '*',
    reason: 'the partner is back',
    on: '1 message',
  });
  expect({ attempts, dead, before }).toMatchObject({
    attempts: 5,
    dead: 1,
    before: [{ path: 'never.xml', error: 'unavailable', tries: 5, isGivenUp: true }],
  });
  expect(before[0]?.nextTryAt).toBeUndefined();
  expect(moved.reduce((sum, { messages }) => sum + messages, 0)).toBe(1);
  expect(spent.tree.bytesOf('/files/never.xml').toString()).toBe('at last');
  expect(await files.attention()).toEqual({});
  expect(await queues.count('pushDeadLetters')).toBe(0);
});

test('A delivery that fails five times does not affect others of its batch', async () => {
  const batch = pushOf('spent', 'batch');
  const stop = spent.server.fault({ on: 'STOR', path: /poison/, do: reply(451) });
  const paths = ['a-poison.xml', ...Array.from({ length: 9 }, (_, index) => `behind-${index}.xml`)];
  for (const path of paths) await batch.put(path, path);

  // The reconcile queues all ten at once.
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
