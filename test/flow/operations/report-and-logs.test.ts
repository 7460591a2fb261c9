import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { fullReportSchema } from '../../../lambdas/contract/documents/full-report.ts';
import { serveCli } from '../../support/cli/serve-cli.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';

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

test('report writes the page and prints only its path', async () => {
  const page = join(cli.folder, 'page.html');

  const { exitCode, stdout } = await cli.run('report', run, '--to', page);

  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${page}\n`);
  const text = readFileSync(page, 'utf8');
  expect(text).toContain('/files/&lt;b&gt;denied&lt;/b&gt;.csv');
  expect(text).toContain('550 Permission denied.');
});

test('report without --to writes a file named after the run to the working directory', async () => {
  const { stdout } = await cli.run('report', run);

  expect(stdout).toBe(`${join(cli.home, `report-acme-files-${run}.html`)}\n`);
});

test('report --json prints the report: failures with transcripts, throughput, and the previous run', async () => {
  const { document } = await cli.ask('report', run);

  const { details, ...totals } = fullReportSchema.parse(document);
  expect(totals).toMatchObject({ listed: 3, transferred: 1, failed: 1, status: 'incomplete' });
  expect(details).toMatchObject({
    planned: { new: 2 },
    failed: { denied: 1 },
    failedFiles: [{ path: '/files/<b>denied</b>.csv', error: 'denied', failedBefore: false }],
    slowestFiles: [{ path: '/files/second.csv', sizeBytes: 6 }],
    previous: { listed: 1, transferred: 1, status: 'succeeded' },
  });
  expect(details?.failedFiles[0]?.transcript.join('\n')).toContain('550 Permission denied.');
  const spans = details?.throughput.spans ?? [];
  expect(spans.reduce((sum, { files }) => sum + files, 0)).toBe(1);
  expect(spans.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(6);
});

test.for([
  ['with an invalid ID', 'yesterday', "'yesterday' is not a valid run ID"],
  ['that does not exist', '20260101T000000Z-00000000', 'There is no run or plan 20260101T000000Z-00000000'],
] as const)('report of a run %s is refused, and says why', async ([, name, said]) => {
  const { exitCode, stderr } = await cli.run('report', name);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(said);
});

test('logs prints only the lines of the run, in order of time, with a last line of each call', async () => {
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
    'dispose-files',
    'finish-run',
  ]);
});

test('logs has a line for each batch and for each failed file', async () => {
  const { document } = await cli.ask('logs', run);

  const ofBatch = logsSchema.parse(document).lines.filter((line) => line.function === 'transfer-batch');
  expect(ofBatch).toMatchObject([
    {
      level: 'warn',
      message: expect.stringContaining('550 Permission denied.'),
      fields: { path: '/files/<b>denied</b>.csv', error: 'denied' },
    },
    { level: 'info', message: 'done', fields: { batch: 0, round: 0, tried: 2, failed: 1, bytes: 6 } },
  ]);
});

test('logs --follow prints a run in progress, and ends with it', async () => {
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
  [['--json', '--follow'], '--json cannot be used with --follow'],
  [[], 'No logs of run 20260101T000000Z-00000000'],
] as const)('logs with %j is refused where it cannot answer', async ([options, said]) => {
  const { exitCode, stderr } = await cli.run('logs', '20260101T000000Z-00000000', ...options);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(said);
});
