import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { atTerminal, noTerminal } from '../support/stage/at-terminal.ts';
import { ledgerItems } from '../support/stage/ledger-items.ts';
import { serveCli } from '../support/stage/served-cli.ts';
import { startTestPartner, testPassword } from '../support/stage/test-partner.ts';

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

test('A replayed file is taken once more as a new version, and not again after that', async () => {
  tree.put('/again/a.csv', { content: 'a' }).put('/again/b.csv', { content: 'b' });
  await pull('again');

  const replayed = await ask('replay', 'acme', 'again', 'a.csv', ...why);
  const after = await pull('again');

  expect(replayed).toMatchObject({ exitCode: 0, document: { transferred: 1, replayed: true } });
  expect(after.transferred).toBe(0);
  expect(fetchesOf('a.csv')).toBe(2);
});

test('A replay asks for the path as it is shown, and is not stopped by onChange', async () => {
  tree.put('/ruled/a.csv', { content: 'a' });
  await pull('ruled');

  const replayed = await ask('replay', 'acme', 'ruled', '/ruled/a.csv', ...why);

  expect(replayed).toMatchObject({ exitCode: 0, document: { transferred: 1 } });
});

test('A replayed file that the partner has no more is taken when it comes again', async () => {
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

test('All files of a run are replayed by its id', async () => {
  for (const name of ['a', 'b', 'c']) tree.put(`/whole/${name}.csv`, { content: name });
  const first = await pull('whole');

  const replayed = await ask('replay', 'acme', 'whole', '--run', first.run, ...why);

  expect(replayed).toMatchObject({ exitCode: 0, document: { transferred: 3 } });
});

test('What the ledger does not know is not replayed', async () => {
  const { exitCode, stderr } = await run('replay', 'acme', 'again', 'never.csv', ...why);

  expect(exitCode).toBe(2);
  expect(stderr).toContain('does not know never.csv');
});

test('A forgotten file is taken over from the bucket, without fetching it', async () => {
  tree.put('/forgotten/a.csv', { content: 'a' });
  await pull('forgotten');

  const unsaid = await run('forget', 'acme', 'forgotten', 'a.csv', ...why);
  const forgotten = await run('forget', 'acme', 'forgotten', 'a.csv', '--yes', ...why);
  const known = await ask('files', 'acme', 'forgotten');
  const after = await ask('run', 'acme', 'forgotten');

  expect(unsaid.exitCode).toBe(2);
  expect(unsaid.stderr).toContain('taken over without fetching it again');
  expect(unsaid.stderr).toContain('there is no terminal to ask at. Say --yes.');
  expect(forgotten.exitCode).toBe(0);
  expect(known.document).toEqual({ files: [] });
  expect(after.document).toMatchObject({
    files: [{ path: '/forgotten/a.csv', verification: expect.any(String) }],
  });
});

test.skipIf(noTerminal !== undefined)(
  'At a terminal a file is forgotten by typing its name, and kept by typing another',
  async () => {
    tree.put('/forgotten/deep/b.csv', { content: 'b' });
    await pull('forgotten');
    const places = ['--partners', partners, '--secrets', secrets, '--data', dataFolder];
    const typing = (word: string) =>
      atTerminal(
        ['forget', 'acme', 'forgotten', 'deep/b.csv', '--reason', 'asked', ...places],
        [['Type b.csv to go on: ', `${word}\r`]],
      );

    const kept = await typing('c.csv');
    const known = await ask('files', 'acme', 'forgotten', '--directory', 'deep');
    const forgotten = await typing('b.csv');
    const after = await ask('files', 'acme', 'forgotten', '--directory', 'deep');

    expect(kept).toMatchObject({ exitCode: 2, screen: expect.stringContaining('Nothing was done') });
    expect(known.document).toMatchObject({ files: [{ path: 'deep/b.csv' }] });
    expect(forgotten).toMatchObject({ exitCode: 0, screen: expect.stringContaining('is forgotten') });
    expect(after.document).toEqual({ files: [] });
  },
);

test('A paused flow begins no run until it is resumed, and status says who paused it and why', async () => {
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
    acts: [{ kind: 'resume' }, { kind: 'pause', reason: 'their disk is full' }],
  });
});

async function halt(flow: string) {
  for (let number = 10; number < 30; number++) tree.put(`/${flow}/${number}.csv`, { content: 'a' });
  await pull(flow);
  for (let number = 12; number < 30; number++) tree.delete(`/${flow}/${number}.csv`);
  return await pull(flow);
}

test('A halted run goes on once a person has approved exactly its listing', async () => {
  const halted = await halt('halting');

  const failed = await ask('files', 'acme', 'halting', '--state', 'failed');
  const approved = await ask('approve', halted.run, '--reason', 'they cleaned up');
  const next = await pull('halting');

  expect(halted.status).toBe('halted');
  expect(failed.document).toEqual({ files: [] });
  expect(approved).toMatchObject({ exitCode: 0, document: { status: 'succeeded' } });
  expect(next.status).toBe('succeeded');
});

test('An approval holds for no other listing', async () => {
  const halted = await halt('halting2');
  tree.delete('/halting2/11.csv');

  const approved = await ask('approve', halted.run, '--reason', 'they cleaned up');

  expect(approved).toMatchObject({ exitCode: 3, document: { status: 'halted' } });
  expect(JSON.stringify(approved.document)).toContain(`not the listing of run ${halted.run}`);
});

test('A run that did not halt needs no approval', async () => {
  const { run: id } = await pull('again');

  const { exitCode, stderr } = await run('approve', id, '--reason', 'why not');

  expect(exitCode).toBe(2);
  expect(stderr).toContain('only a halted run');
});

test('From a failed run in status, three commands lead to the cause and the repair', async () => {
  tree.put('/broken/a.csv', { content: 'a' });
  const stop = server.fault({ on: 'RETR', do: { kind: 'reply', code: 550, text: `No, ${testPassword}.` } });
  await ask('run', 'acme', 'broken');

  const status = await run('status', 'acme', 'broken');
  const [, id = ''] = /npx ftps-sync run (\S+)/.exec(status.stdout) ?? [];
  const shown = await run('run', id);
  stop();
  const repaired = await run('run', 'acme', 'broken');

  expect(status.stdout).toContain('the last run is incomplete');
  expect(shown.stdout).toContain('> RETR');
  expect(shown.stdout).toContain('550 No, ***.');
  expect(shown.stdout).toContain('npx ftps-sync run acme broken');
  expect(shown.stdout).not.toContain(testPassword);
  expect(repaired.exitCode).toBe(0);
});

test('A plan is shown by its id, and is no run to be replayed or reported', async () => {
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
  expect(reported).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`'run ${id}' shows it`) });
  expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('plan PARTNER FLOW') });
});

test('A big file is replayed by slices, as a new version', async () => {
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

test('What was said about a slice that failed is shown with its run', async () => {
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
    failures: [{ path: '/sliced/b.bin', fault: 'refused' }],
  });
  const [failure] = z.looseObject({ failures: z.array(failureSchema) }).parse(shown.document).failures;
  const said = failure?.dialogue.join('\n');
  expect(said).toContain('> RETR /sliced/b.bin');
  expect(said).toContain('550 No, ***.');
});

test('Runs come newest first, in pages, by state and since a time', async () => {
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

test('Files are asked for by flow, state, name and directory', async () => {
  tree.put('/asked/deep/c.txt', { content: 'c' });
  await pull('asked');

  const texts = await ask('files', 'acme', 'asked', '--name', '**/*.txt', '--state', 'taken');
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

test('Files come page by page, each with the token of the next', async () => {
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
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("'next' is no token") });
});

const pageSchema = z.object({
  files: z.array(z.looseObject({ path: z.string() })),
  next: z.string().optional(),
});
const failureSchema = z.looseObject({ dialogue: z.array(z.string()) });

/** As if the partner had been measured to be so slow that a file of some megabytes takes more than one invocation. */
async function expectSlowPartner(): Promise<void> {
  const { client, name: TableName } = stage.table;
  const Item = { pk: 'P#acme', sk: 'RATE', secondsPerFile: 0.1, bytesPerSecond: 10_000 };
  await client.send(new PutCommand({ TableName, Item }));
}

/** Gives the flow's one file so many others beside it, each of a size that a page of the table holds few of. */
async function pad(flow: string, count: number): Promise<void> {
  const { client, name: TableName } = stage.table;
  const [entry] = await ledgerItems(stage.table, ({ pk }) => pk.startsWith(`F#acme#${flow}#`));
  for (let number = 0; number < count; number++) {
    const name = `${number}.csv`;
    const Item = { ...entry, sk: name, name, padding: 'x'.repeat(60_000) };
    await client.send(new PutCommand({ TableName, Item }));
  }
}
