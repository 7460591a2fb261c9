import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { wholeReportSchema } from '../../lambdas/contract/report.ts';
import { serveCli } from '../support/stage/served-cli.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';

const acme = await startTestPartner('acme', { flows: { files: {}, followed: {} } });
const cli = await serveCli([acme]);

const runSchema = z.object({ run: z.string() });
const logsSchema = z.object({
  lines: z.array(
    z.object({
      time: z.iso.datetime(),
      function: z.string(),
      level: z.string(),
      message: z.string(),
      fields: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** The second run of a flow: one file fails, one is new. */
let run = '';
beforeAll(async () => {
  acme.tree.put('/files/first.csv', { content: 'first' });
  await cli.ask('run', 'acme', 'files');
  acme.tree.put('/files/second.csv', { content: 'second' });
  acme.tree.put('/files/<b>denied</b>.csv', { content: 'denied' });
  acme.server.fault({
    on: 'RETR',
    path: '/files/<b>denied</b>.csv',
    do: { kind: 'reply', code: 550, text: 'Permission denied.' },
  });
  run = runSchema.parse((await cli.ask('run', 'acme', 'files')).document).run;
});

test('report writes the page and prints its path alone', async () => {
  const page = join(cli.folder, 'page.html');

  const { exitCode, stdout } = await cli.run('report', run, '--to', page);

  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${page}\n`);
  const text = readFileSync(page, 'utf8');
  expect(text).toContain('/files/&lt;b&gt;denied&lt;/b&gt;.csv');
  expect(text).toContain('550 Permission denied.');
});

test('report names the file after the run, in the working directory, where nobody says where', async () => {
  const { stdout } = await cli.run('report', run);

  expect(stdout).toBe(`${join(cli.home, `report-acme-files-${run}.html`)}\n`);
});

test('report --json is the report: what failed with its dialogue, how fast, and the run before', async () => {
  const { document } = await cli.ask('report', run);

  const { details, ...totals } = wholeReportSchema.parse(document);
  expect(totals).toMatchObject({ listed: 3, transferred: 1, failed: 1, status: 'incomplete' });
  expect(details).toMatchObject({
    planned: { new: 2 },
    failed: { denied: 1 },
    failedFiles: [{ path: '/files/<b>denied</b>.csv', fault: 'denied', failedBefore: false }],
    slowestFiles: [{ path: '/files/second.csv', sizeBytes: 6 }],
    previous: { listed: 1, transferred: 1, status: 'succeeded' },
  });
  expect(details?.failedFiles[0]?.dialogue.join('\n')).toContain('550 Permission denied.');
  const spans = details?.throughput.spans ?? [];
  expect(spans.reduce((sum, { files }) => sum + files, 0)).toBe(1);
  expect(spans.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(6);
});

test.for([
  ['that is no run id', 'yesterday', "'yesterday' is no run id"],
  ['that no flow has', '20260101T000000Z-00000000', 'There is no run and no plan 20260101T000000Z-00000000'],
] as const)('report of a run %s is refused, and says why', async ([, name, said]) => {
  const { exitCode, stderr } = await cli.run('report', name);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(said);
});

test('logs shows the lines of one run alone, in order of time, one that ends each call', async () => {
  const { document } = await cli.ask('logs', run);

  const { lines } = logsSchema.parse(document);
  const times = lines.map(({ time }) => time);
  expect(times).toEqual(times.toSorted());
  expect(lines.filter(({ message }) => message === 'done').map((line) => line.function)).toEqual([
    'start-run',
    'list-remote',
    'plan-run',
    'transfer-batch',
    'big-files',
    'post-process',
    'finish-run',
  ]);
});

test('logs has one line for a batch and one for a problem', async () => {
  const { document } = await cli.ask('logs', run);

  const ofBatch = logsSchema.parse(document).lines.filter((line) => line.function === 'transfer-batch');
  expect(ofBatch).toMatchObject([
    {
      level: 'warn',
      message: expect.stringContaining('550 Permission denied.'),
      fields: { path: '/files/<b>denied</b>.csv', fault: 'denied' },
    },
    { level: 'info', message: 'done', fields: { batch: 0, round: 0, tried: 2, failed: 1, bytes: 6 } },
  ]);
});

test('logs --follow shows a run while it goes on, and ends with it', async () => {
  acme.tree.put('/followed/slow.csv', { content: 'slow' });
  const release = Promise.withResolvers<void>();
  acme.server.fault({
    on: 'RETR',
    path: '/followed/slow.csv',
    times: 1,
    do: { kind: 'beforehand', change: () => release.promise },
  });
  const running = cli.start('run', 'acme', 'followed', '--json');
  const status = z.object({ runs: z.array(runSchema) });
  let started: string | undefined;
  while (started === undefined) {
    started = status.parse((await cli.ask('runs', 'acme', 'followed')).document).runs[0]?.run;
  }

  const followed = cli.start('logs', started, '--follow');
  const first = await followed.firstLine;
  release.resolve();
  const { exitCode, stdout } = await followed.ended;
  await running.ended;

  expect(first).toContain('start-run');
  expect(exitCode).toBe(0);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/finish-run +info +done +status=succeeded/);
});

test.for([
  [['--json', '--follow'], '--json is one document'],
  [[], 'There is no line of run 20260101T000000Z-00000000'],
] as const)('logs with %j is refused where it cannot answer', async ([options, said]) => {
  const { exitCode, stderr } = await cli.run('logs', '20260101T000000Z-00000000', ...options);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(said);
});
