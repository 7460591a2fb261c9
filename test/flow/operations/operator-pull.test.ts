import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { noTerminal, runAtTerminal } from '../../support/cli/run-at-terminal.ts';
import { serveCli } from '../../support/cli/serve-cli.ts';
import { startTestPartner, testPassword } from '../../support/partner/test-partner.ts';
import { ledgerItems } from '../../support/stored/ledger-items.ts';

const acme = await startTestPartner('acme', {
  flows: {
    again: {},
    ruled: { onChange: 'ignore' },
    absent: {},
    whole: {},
    forgotten: {},
    adopted: {},
    paused: {},
    halting: {},
    halting2: {},
    broken: {},
    asked: {},
    planned: {},
    paged: {},
    big: {},
    sliced: {},
  },
});
const { tree, server } = acme;
const { ask, run, stage, partners, secrets, dataFolder } = await serveCli([acme]);
const mebibyte = 1024 * 1024;
if (noTerminal !== undefined) process.stdout.write(`Skipped: forget at a terminal: ${noTerminal}.\n`);

const reportSchema = z.looseObject({ run: z.string(), status: z.string(), transferred: z.number() });
const why = ['--reason', 'the partner asked for it'] as const;

async function pull(flow: string) {
  const { document } = await ask('run', 'acme', flow);
  return reportSchema.parse(document);
}

function fetchesOf(path: string): number {
  return server.log.filter(({ command, argument }) => command === 'RETR' && argument.endsWith(path)).length;
}

test('A replayed file is transferred once, as a new version', async () => {
  tree.put('/again/a.csv', { content: 'a' }).put('/again/b.csv', { content: 'b' });
  await pull('again');

  const replayed = await ask('replay', 'acme', 'again', 'a.csv', ...why);
  const after = await pull('again');

  expect(replayed).toMatchObject({ exitCode: 0, document: { transferred: 1, replayed: true } });
  expect(after.transferred).toBe(0);
  expect(fetchesOf('a.csv')).toBe(2);
});

test('replay accepts a path as it is shown, and ignores onChange', async () => {
  tree.put('/ruled/a.csv', { content: 'a' });
  await pull('ruled');

  const replayed = await ask('replay', 'acme', 'ruled', '/ruled/a.csv', ...why);

  expect(replayed).toMatchObject({ exitCode: 0, document: { transferred: 1 } });
});

test('A replayed file that the partner has deleted is transferred when it appears again', async () => {
  const modified = new Date('2026-11-01T10:00:00Z');
  tree.put('/absent/a.csv', { content: 'a', modified }).put('/absent/b.csv', { content: 'b' });
  await pull('absent');
  tree.delete('/absent/a.csv');

  const replayed = await ask('replay', 'acme', 'absent', 'a.csv', ...why);
  const marked = await ask('files', 'acme', 'absent', '--state', 'replay');
  tree.put('/absent/a.csv', { content: 'a', modified });
  const after = await pull('absent');

  expect(replayed).toMatchObject({ exitCode: 1, document: { replayed: false } });
  expect(marked.document).toMatchObject({ files: [{ path: 'a.csv', state: 'replay' }] });
  expect(after.transferred).toBe(1);
});

test('replay --run transfers all files of the run again', async () => {
  for (const name of ['a', 'b', 'c']) tree.put(`/whole/${name}.csv`, { content: name });
  const first = await pull('whole');

  const replayed = await ask('replay', 'acme', 'whole', '--run', first.run, ...why);

  expect(replayed).toMatchObject({ exitCode: 0, document: { transferred: 3 } });
});

test('replay of a file that the ledger does not have is refused', async () => {
  const { exitCode, stderr } = await run('replay', 'acme', 'again', 'never.csv', ...why);

  expect(exitCode).toBe(2);
  expect(stderr).toContain('has no entry never.csv');
});

test('A forgotten file is taken over from the bucket without a transfer', async () => {
  tree.put('/forgotten/a.csv', { content: 'a' });
  await pull('forgotten');

  const unsaid = await run('forget', 'acme', 'forgotten', 'a.csv', ...why);
  const forgotten = await run('forget', 'acme', 'forgotten', 'a.csv', '--yes', ...why);
  const known = await ask('files', 'acme', 'forgotten');
  const after = await ask('run', 'acme', 'forgotten');

  expect(unsaid.exitCode).toBe(2);
  expect(unsaid.stderr).toContain('takes it over without a transfer');
  expect(unsaid.stderr).toContain('No terminal to ask for confirmation; nothing changed. Add --yes.');
  expect(forgotten.exitCode).toBe(0);
  expect(known.document).toEqual({ files: [] });
  expect(after.document).toMatchObject({
    files: [{ path: '/forgotten/a.csv', verification: expect.any(String) }],
  });
});

test.skipIf(noTerminal !== undefined)(
  'At a terminal, forget removes a file only when its name is typed',
  async () => {
    tree.put('/forgotten/deep/b.csv', { content: 'b' });
    await pull('forgotten');
    const places = ['--partners', partners, '--secrets', secrets, '--data', dataFolder];
    const typing = (word: string) =>
      runAtTerminal(
        ['forget', 'acme', 'forgotten', 'deep/b.csv', '--reason', 'asked', ...places],
        [['Type b.csv to confirm: ', `${word}\r`]],
      );

    const kept = await typing('c.csv');
    const known = await ask('files', 'acme', 'forgotten', '--directory', 'deep');
    const forgotten = await typing('b.csv');
    const after = await ask('files', 'acme', 'forgotten', '--directory', 'deep');

    expect(kept).toMatchObject({
      exitCode: 2,
      screen: expect.stringContaining('Confirmation did not match'),
    });
    expect(known.document).toMatchObject({ files: [{ path: 'deep/b.csv' }] });
    expect(forgotten).toMatchObject({
      exitCode: 0,
      screen: expect.stringMatching(/Removed .* from the ledger/),
    });
    expect(after.document).toEqual({ files: [] });
  },
);

test('A paused flow starts no run until resume, and status shows who paused it and why', async () => {
  tree.put('/paused/a.csv', { content: 'a' });

  await run('pause', 'acme', 'paused', '--reason', 'their disk is full');
  const refused = await run('run', 'acme', 'paused');
  const status = await ask('status', 'acme', 'paused');
  await run('resume', 'acme', 'paused', '--reason', 'there is room again');
  const after = await pull('paused');

  expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('their disk is full') });
  expect(status.document).toMatchObject({ flows: [{ paused: { reason: 'their disk is full' } }] });
  expect(after.transferred).toBe(1);
  const { document } = await ask('runs', 'acme', 'paused');
  expect(document).toMatchObject({
    auditEntries: [{ kind: 'resume' }, { kind: 'pause', reason: 'their disk is full' }],
  });
});

async function halt(flow: string) {
  for (let number = 10; number < 30; number++) tree.put(`/${flow}/${number}.csv`, { content: 'a' });
  await pull(flow);
  for (let number = 12; number < 30; number++) tree.delete(`/${flow}/${number}.csv`);
  return await pull(flow);
}

test('approve starts a run that accepts exactly the listing of the halted run', async () => {
  const halted = await halt('halting');

  const failed = await ask('files', 'acme', 'halting', '--state', 'failed');
  const approved = await ask('approve', halted.run, '--reason', 'they cleaned up');
  const next = await pull('halting');

  expect(halted.status).toBe('halted');
  expect(failed.document).toEqual({ files: [] });
  expect(approved).toMatchObject({ exitCode: 0, document: { status: 'succeeded' } });
  expect(next.status).toBe('succeeded');
});

test('An approved run halts again on a different listing', async () => {
  const halted = await halt('halting2');
  tree.delete('/halting2/11.csv');

  const approved = await ask('approve', halted.run, '--reason', 'they cleaned up');

  expect(approved).toMatchObject({ exitCode: 3, document: { status: 'halted' } });
  expect(JSON.stringify(approved.document)).toContain(`The approval of run ${halted.run} does not apply`);
});

test('A run that is not halted cannot be approved', async () => {
  const { run: id } = await pull('again');

  const { exitCode, stderr } = await run('approve', id, '--reason', 'why not');

  expect(exitCode).toBe(2);
  expect(stderr).toContain('only halted runs can be approved');
});

test('Three commands lead from a failed run in status to the cause and the repair', async () => {
  tree.put('/broken/a.csv', { content: 'a' });
  const stop = server.fault({ on: 'RETR', do: { kind: 'reply', code: 550, text: `No, ${testPassword}.` } });
  await ask('run', 'acme', 'broken');

  const status = await run('status', 'acme', 'broken');
  const [, id = ''] = /npx ftps-sync run (\S+)/.exec(status.stdout) ?? [];
  const shown = await run('run', id);
  stop();
  const repaired = await run('run', 'acme', 'broken');

  expect(status.stdout).toContain('last run incomplete');
  expect(shown.stdout).toContain('> RETR');
  expect(shown.stdout).toContain('550 No, ***.');
  expect(shown.stdout).toContain('npx ftps-sync run acme broken');
  expect(shown.stdout).not.toContain(testPassword);
  expect(repaired.exitCode).toBe(0);
});

test('run ID shows a plan, which cannot be replayed or reported', async () => {
  tree.put('/planned/a.csv', { content: 'a' });
  const { document } = await ask('plan', 'acme', 'planned');
  const { run: id } = reportSchema.parse(document);

  const shown = await ask('run', id);
  const reported = await run('report', id);
  const unknown = await run('run', id.replace(/.{8}$/, '00000000'));

  expect(shown).toMatchObject({
    exitCode: 0,
    document: { mode: 'plan', run: id, files: [{ path: '/planned/a.csv', outcome: 'transfer' }] },
  });
  expect(reported).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`To show it: run ${id}`) });
  expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('plan PARTNER FLOW') });
});

test('A big file is replayed in slices, as a new version', async () => {
  tree.put('/big/a.bin', { content: { sizeBytes: 20 * mebibyte, seed: 3 } });
  await expectSlowPartner();
  await pull('big');
  const before = server.log.length;
  await expectSlowPartner();

  const replayed = await ask('replay', 'acme', 'big', 'a.bin', ...why);

  const offsets = server.log
    .slice(before)
    .filter(({ command }) => command === 'REST')
    .map(({ argument }) => Number(argument));
  expect(replayed).toMatchObject({ exitCode: 0, document: { transferred: 1, replayed: true } });
  expect(offsets.toSorted((a, b) => a - b)).toEqual([8 * mebibyte, 16 * mebibyte]);
});

test('run ID shows the transcript of a failed slice', async () => {
  tree.put('/sliced/b.bin', { content: { sizeBytes: 20 * mebibyte, seed: 4 } });
  const text = `No, ${testPassword}.`;
  const refusal = { kind: 'cut-data', afterBytes: mebibyte, with: 'fin', code: 550, text } as const;
  const stop = server.fault({ on: 'RETR', path: '/sliced/b.bin', do: refusal });
  await expectSlowPartner();
  const failed = await ask('run', 'acme', 'sliced');
  stop();

  const shown = await ask('run', reportSchema.parse(failed.document).run);

  expect(failed.exitCode).toBe(1);
  expect(shown.document).toMatchObject({
    plan: { bigFiles: 1 },
    failures: [{ path: '/sliced/b.bin', error: 'refused' }],
  });
  const [lastError] = z.looseObject({ failures: z.array(lastErrorSchema) }).parse(shown.document).failures;
  const said = lastError?.transcript.join('\n');
  expect(said).toContain('> RETR /sliced/b.bin');
  expect(said).toContain('550 No, ***.');
});

test('runs lists runs newest first, in pages, by state and since a time', async () => {
  tree.put('/asked/a.csv', { content: 'a' });
  const first = await pull('asked');
  tree.put('/asked/b.txt', { content: 'b' });
  const second = await pull('asked');

  const all = await ask('runs', 'acme', 'asked');
  const older = await ask('runs', 'acme', 'asked', '--limit', '1', '--offset', '1');
  const failed = await ask('runs', 'acme', 'asked', '--state', 'failed');
  const future = await ask('runs', 'acme', 'asked', '--since', '2199-01-01');

  const runsSchema = z.object({ runs: z.array(z.looseObject({ run: z.string() })) });
  const ids = (document: unknown) => runsSchema.parse(document).runs.map((each) => each.run);
  expect(new Set(ids(all.document))).toEqual(new Set([second.run, first.run]));
  expect(ids(all.document)).toEqual(ids(all.document).toSorted().toReversed());
  expect(ids(older.document)).toHaveLength(1);
  expect(ids(failed.document)).toEqual([]);
  expect(ids(future.document)).toEqual([]);
});

test('files selects by flow, state, name and directory', async () => {
  tree.put('/asked/deep/c.txt', { content: 'c' });
  await pull('asked');

  const texts = await ask('files', 'acme', 'asked', '--name', '**/*.txt', '--state', 'transferred');
  const deep = await ask('files', 'acme', 'asked', '--directory', 'deep');
  const failed = await ask('files', 'acme', 'asked', '--state', 'failed');

  const filesSchema = z.object({ files: z.array(z.looseObject({ path: z.string() })) });
  const paths = (document: unknown) =>
    filesSchema
      .parse(document)
      .files.map((each) => each.path)
      .toSorted();
  expect(paths(texts.document)).toContain('deep/c.txt');
  expect(paths(deep.document)).toEqual(['deep/c.txt']);
  expect(failed.document).toEqual({ files: [] });
});

test('files prints pages, each with the token of the next', async () => {
  tree.put('/paged/a.csv', { content: 'a' });
  await pull('paged');
  await pad('paged', 30);

  const pages: string[][] = [];
  for (let token: string | undefined = ''; token !== undefined; ) {
    const at = token === '' ? [] : ['--token', token];
    const { document } = await ask('files', 'acme', 'paged', '--limit', '1', ...at);
    const { files, next } = pageSchema.parse(document);
    pages.push(files.map(({ path }) => path));
    token = next;
  }
  const wrong = await run('files', 'acme', 'paged', '--token', 'next');

  const names = Array.from({ length: 30 }, (_, number) => `${number}.csv`);
  expect(pages.flat().toSorted()).toEqual(['a.csv', ...names].toSorted());
  expect(pages.length).toBeGreaterThan(1);
  expect(wrong).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("'next' is not a valid page token"),
  });
});

const pageSchema = z.object({
  files: z.array(z.looseObject({ path: z.string() })),
  next: z.string().optional(),
});
const lastErrorSchema = z.looseObject({ transcript: z.array(z.string()) });

/** Records a transfer rate so low that a file of a few megabytes takes more than one invocation. */
async function expectSlowPartner(): Promise<void> {
  const { client, name: TableName } = stage.table;
  const Item = { pk: 'P#acme', sk: 'RATE', secondsPerFile: 0.1, bytesPerSecond: 10_000 };
  await client.send(new PutCommand({ TableName, Item }));
}

/** Adds entries to the flow that are so large that a page of the table holds only a few. */
async function pad(flow: string, count: number): Promise<void> {
  const { client, name: TableName } = stage.table;
  const [entry] = await ledgerItems(stage.table, ({ pk }) => pk.startsWith(`F#acme#${flow}#`));
  for (let number = 0; number < count; number++) {
    const name = `${number}.csv`;
    const Item = { ...entry, sk: name, name, padding: 'x'.repeat(60_000) };
    await client.send(new PutCommand({ TableName, Item }));
  }
}
