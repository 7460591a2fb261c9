/**
 * Acceptance test of a push: one object of 5 GiB to every real server of this machine, by `ftps-sync put` and
 * `run`. On the server's disk it must be the only file and have the object's SHA-256, and the worker must
 * stay under 256 MiB. Prints a table; exits with 1 when a check fails. Needs disk space of three times the
 * object's size.
 *
 * Usage: node test/bench/big/push.ts [--mebibytes SIZE] [--only SERVER]
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { textTable } from '../../../cli/text/text-table.ts';
import { startCli } from '../../support/cli/run-cli.ts';
import { writePartners } from '../../support/partner/partner-folder.ts';
import { flowDirectory, realFlowName, realPartner } from '../../support/real-partner/real-partner.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { pushDocumentSchema } from '../../support/stage/push-document.ts';
import { type BenchServer, benchServers, newServedFolder } from '../bench-servers.ts';
import { settleDisk } from '../machine.ts';
import { watchProcesses } from '../watch-processes.ts';

const mebibyte = 1024 * 1024;
/** Maximum resident memory of the worker: a quarter of its function's memory. */
const maxWorkerBytes = 256 * mebibyte;
const fileName = 'large.dat';

const { values } = parseArgs({
  options: { mebibytes: { type: 'string', default: '5120' }, only: { type: 'string' } },
});
const sizeBytes = Number(values.mebibytes) * mebibyte;
const putSchema = z.object({ sizeBytes: z.number(), sha256: z.string() });

await using cleanup = new AsyncDisposableStack();
const source = await mkdtemp(join(tmpdir(), 'ftps-sync-bench-source-'));
cleanup.defer(() => rm(source, { recursive: true, force: true }));
process.stdout.write(`Writing a file of ${values.mebibytes} MiB\n`);
const seeded = new SeededFolder(source, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
await seeded.put(`/${fileName}`, { sizeBytes, seed: 5 });
const sha256 = seeded.sha256.get(`/${fileName}`);

const { servers, absent } = await benchServers();
for (const { name, reason } of absent) process.stdout.write(`Skipped: ${name}: ${reason}\n`);
const rows: string[][] = [];
const failures: string[] = [];
for (const { name, start } of servers) {
  if (values.only !== undefined && values.only !== name) continue;
  const { root, owner } = await newServedFolder();
  try {
    await chown(root, owner.uid, owner.gid);
    await using server = await start(root);
    await pushTo(server, root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
const header = ['SERVER', 'MiB', 'PUT s', 'RUN s', 'MiB/s', 'VERIFIED BY', 'WORKER MiB', 'WORKER CPU s'];
process.stdout.write(`\n${textTable(header, rows)}\n`);
for (const error of failures) process.stdout.write(`FAILED: ${error}\n`);
if (failures.length === 0) {
  process.stdout.write(
    `The object arrived with its SHA-256, no other file is left, and the worker stayed under ${mib(maxWorkerBytes)} MiB.\n`,
  );
}
process.exitCode = failures.length === 0 ? 0 : 1;

async function pushTo(server: BenchServer, root: string): Promise<void> {
  const expect = (what: string, holds: boolean) => {
    if (!holds) failures.push(`${server.name}: ${what}`);
  };
  const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-bench-'));
  try {
    const partner = realPartner(server, { maxConnections: 4, direction: 'push' });
    const { partners, secrets } = writePartners(folder, [partner]);
    const data = join(folder, 'data');
    const places = ['--partners', partners, '--secrets', secrets, '--data', data, '--json'];
    const flow = [server.name, realFlowName];
    process.stdout.write(`${server.name} ${server.version}: put\n`);
    const put = await measuredCommand(['put', ...flow, join(source, fileName), ...places]);
    const object = putSchema.parse(put.document);
    expect('the object differs from the file', object.sizeBytes === sizeBytes && object.sha256 === sha256);

    await settleDisk();
    process.stdout.write(`${server.name} ${server.version}: run\n`);
    const run = await measuredCommand(['run', ...flow, ...places]);
    const document = pushDocumentSchema.parse(run.document);
    const seconds = document.mode === 'run' ? document.seconds : Number.NaN;
    const [file] = document.files;
    expect(
      'the run did not report the object as delivered with its SHA-256',
      file?.outcome === 'transferred' && file.sha256 === sha256,
    );
    expect('the partner has another file', (await listFiles(root)).join() === `${flowDirectory}/${fileName}`);
    expect(
      'the file at the partner has a different SHA-256',
      (await hashFile(join(root, flowDirectory, fileName))) === sha256,
    );
    const { peakResidentBytes = Number.NaN, cpuSeconds = Number.NaN } = run.functions.get('push-file') ?? {};
    expect(`the worker used ${mib(peakResidentBytes)} MiB`, peakResidentBytes < maxWorkerBytes);
    rows.push([
      server.name,
      mib(sizeBytes),
      put.seconds.toFixed(1),
      seconds.toFixed(1),
      mib(sizeBytes / seconds),
      file?.verification ?? '',
      mib(peakResidentBytes),
      cpuSeconds.toFixed(1),
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a command. @throws Error with its output when it exits with anything but 0. */
async function measuredCommand(args: readonly string[]) {
  const startMs = performance.now();
  const command = startCli(args);
  const watch = watchProcesses(command.child.pid ?? 0);
  const { exitCode, stdout, stderr } = await command.ended;
  const seconds = (performance.now() - startMs) / 1000;
  const { functions } = watch.end();
  if (exitCode !== 0) throw new Error(`${args[0]} exited with ${exitCode}: ${stdout}\n${stderr}`);
  const document: unknown = JSON.parse(stdout);
  return { document, seconds, functions };
}

/** The paths of all files below the root, hidden ones included. */
async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length));
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}
