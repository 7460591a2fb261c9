/**
 * Acceptance test of a pull: 1,000 files in nested folders and one of 2 GiB, from every real server of this
 * machine, by `ftps-sync run`. Every file must arrive with its SHA-256, a second run must transfer nothing, a
 * changed file must arrive as a new version, and the worker must stay under 256 MiB. Prints a table; exits
 * with 1 when a check fails.
 *
 * Usage: node test/bench/big/pull.ts [--files COUNT] [--mebibytes SIZE] [--connections COUNT] [--only SERVER]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { textTable } from '../../../cli/text/text-table.ts';
import { writePartners } from '../../support/partner/partner-folder.ts';
import { flowDirectory, realPartner } from '../../support/real-partner/real-partner.ts';
import { transferredSha256 } from '../../support/real-partner/run-flow.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { type BenchServer, benchServers, newServedFolder } from '../bench-servers.ts';
import { type MeasuredRun, measuredRun } from '../measured-run.ts';
import { readObjects } from './read-objects.ts';

const mebibyte = 1024 * 1024;
/** Maximum resident memory of the worker: a quarter of its function's memory. */
const maxWorkerBytes = 256 * mebibyte;
const smallFileBytes = 16 * 1024;
const changedPath = `${flowDirectory}/region-1/shop-1/sales-1.csv`;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    mebibytes: { type: 'string', default: '2048' },
    connections: { type: 'string', default: '4' },
    only: { type: 'string' },
  },
});
const wanted = {
  files: Number(values.files),
  bytes: Number(values.mebibytes) * mebibyte,
  maxConnections: Number(values.connections),
};

await using cleanup = new AsyncDisposableStack();
const { root, owner } = await newServedFolder();
cleanup.defer(() => rm(root, { recursive: true, force: true }));
const files = new SeededFolder(root, owner);
process.stdout.write(`Writing ${wanted.files} files and one of ${values.mebibytes} MiB\n`);
await seed();

const { servers, absent } = await benchServers();
for (const { name, reason } of absent) process.stdout.write(`Skipped: ${name}: ${reason}\n`);
const rows: string[][] = [];
const failures: string[] = [];
for (const { name, start } of servers) {
  if (values.only !== undefined && values.only !== name) continue;
  await using server = await start(root);
  await pullFrom(server);
  await files.put(changedPath, { sizeBytes: smallFileBytes, seed: 1 });
}
const header = [
  'SERVER',
  'RUN',
  'FILES',
  'MiB',
  'SECONDS',
  'MiB/s',
  'FILES/s',
  'COMMAND s',
  'WORKER MiB',
  'WORKER CPU s',
];
process.stdout.write(`\n${textTable(header, rows)}\n`);
for (const error of failures) process.stdout.write(`FAILED: ${error}\n`);
if (failures.length === 0) {
  process.stdout.write(
    `All files arrived with their SHA-256, second runs transferred nothing, changed files arrived as new versions, and the worker stayed under ${maxWorkerBytes / mebibyte} MiB.\n`,
  );
}
process.exitCode = failures.length === 0 ? 0 : 1;

async function pullFrom(server: BenchServer): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-bench-'));
  try {
    const partners = writePartners(folder, [realPartner(server, wanted)]);
    const place = { partner: server.name, ...partners, data: join(folder, 'data') };
    const expect = (what: string, holds: boolean) => {
      if (!holds) failures.push(`${server.name}: ${what}`);
    };
    const run = async (title: string) => {
      process.stdout.write(`${server.name} ${server.version}: ${title}\n`);
      const measured = await measuredRun(place);
      rows.push(toRow(server.name, title, measured));
      const peakBytes = measured.worker?.peakResidentBytes ?? 0;
      expect(`the worker of the ${title} used ${mib(peakBytes)} MiB`, peakBytes < maxWorkerBytes);
      return measured.document;
    };

    const first = await run('first run');
    expect('not every file arrived with its SHA-256', isEqual(transferredSha256(first), files.sha256));
    const second = await run('second run');
    expect(
      'the second run transferred files',
      second.transferred === 0 && second.listed === files.sha256.size,
    );
    const originalSha256 = files.sha256.get(changedPath);
    await files.put(changedPath, { sizeBytes: smallFileBytes, seed: -1, ageMinutes: 5 });
    const third = await run('after a change');
    const changed = new Map([[changedPath, files.sha256.get(changedPath) ?? '']]);
    expect(
      'the third run transferred more or less than the changed file',
      isEqual(transferredSha256(third), changed),
    );

    const objects = (await readObjects([server.name], place)).get(server.name) ?? new Map();
    const newest = [...objects].map(
      ([path, [version]]) => [`${flowDirectory}/${path}`, version.sha256] as const,
    );
    expect('the objects differ from the files of the partner', isEqual(new Map(newest), files.sha256));
    const versions = objects.get(changedPath.slice(flowDirectory.length + 1)) ?? [];
    expect(
      'the changed file is not a new version',
      versions.length === 2 && versions[1].sha256 === originalSha256,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function seed(): Promise<void> {
  await files.put(`${flowDirectory}/region-0/large.dat`, { sizeBytes: wanted.bytes, seed: 0 });
  for (let number = 1; number <= wanted.files; number++) {
    const path = `region-${number % 5}/shop-${number % 20}/sales-${number}.csv`;
    await files.put(`${flowDirectory}/${path}`, { sizeBytes: smallFileBytes, seed: number });
  }
}

function toRow(server: string, title: string, { document, worker, ...measured }: MeasuredRun): string[] {
  const { transferred, bytes } = document;
  const rate = (amount: number) => (transferred === 0 ? '' : (amount / measured.runSeconds).toFixed(0));
  return [
    server,
    title,
    String(transferred),
    mib(bytes),
    measured.runSeconds.toFixed(1),
    rate(bytes / mebibyte),
    rate(transferred),
    measured.commandSeconds.toFixed(1),
    worker === undefined ? '' : mib(worker.peakResidentBytes),
    worker === undefined ? '' : worker.cpuSeconds.toFixed(1),
  ];
}

function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}

function isEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, sha256]) => b.get(path) === sha256);
}
