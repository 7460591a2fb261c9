/**
 * Compares ftps-sync with lftp and rclone: same server, same files, same number of connections, alternating
 * runs, medians. The peers write plain files; ftps-sync writes objects into the local S3, hashes every file
 * and records it in the ledger. Prints a table with ratios and writes all measurements to
 * test/bench/results/.
 *
 * Usage: node test/bench/compare/compare.ts [--server NAME] [--runs COUNT] [--connections COUNT] [--case
 * NUMBER]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { textTable } from '../../../cli/text/text-table.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { type BenchServer, benchServers, newServedFolder } from '../bench-servers.ts';
import { settleDisk, thisMachine } from '../machine.ts';
import { type BenchCase, benchCases, seedCase } from './bench-cases.ts';
import { type Contender, contenderOf, ourselves } from './contenders.ts';
import { findPeers } from './peers.ts';
import { type CaseResult, type ContenderResult, rowsOf, tableHeader } from './results-table.ts';

const resultsFolder = join(import.meta.dirname, '../results');

const { values } = parseArgs({
  options: {
    // The only server that works with all three: rclone 1.60 does not resume TLS sessions, which vsftpd and
    // ProFTPD require.
    server: { type: 'string', default: 'pure-ftpd' },
    runs: { type: 'string', default: '3' },
    connections: { type: 'string', default: '4' },
    case: { type: 'string' },
  },
});
const runCount = Number(values.runs);
const maxConnections = Number(values.connections);

const { servers, absent } = await benchServers();
const chosen = servers.find(({ name }) => name === values.server) ?? servers[0];
if (chosen === undefined) throw new Error('No server is available');
if (chosen.name !== values.server) {
  const reason = absent.find(({ name }) => name === values.server)?.reason ?? 'unknown server';
  process.stdout.write(`${values.server} is not available (${reason}); using ${chosen.name}.\n`);
}
const { present: peers, missing } = await findPeers();
for (const name of missing) process.stdout.write(`${name} is not installed: apt-get install ${name}\n`);

const results: CaseResult[] = [];
let serverVersion = '';
for (const [index, benchCase] of benchCases.entries()) {
  if (values.case !== undefined && values.case !== String(index + 1)) continue;
  results.push(await measure(benchCase));
}
const versions = Object.fromEntries(peers.map(({ name, version }) => [name, version]));
const measurement = {
  measuredAt: new Date().toISOString(),
  command: ['node test/bench/compare/compare.ts', ...process.argv.slice(2)].join(' '),
  machine: thisMachine(),
  server: `${chosen.name} ${serverVersion}`,
  versions,
  maxConnections,
  results,
};
const table = textTable(tableHeader, results.flatMap(rowsOf));
process.stdout.write(`\n${JSON.stringify({ ...measurement, results: undefined }, undefined, 2)}\n\n${table}`);
await mkdir(resultsFolder, { recursive: true });
const file = join(resultsFolder, `${measurement.measuredAt.slice(0, 10)}-${chosen.name}.json`);
await writeFile(file, `${JSON.stringify(measurement, undefined, 2)}\n`);
process.stdout.write(
  `\nSECONDS are medians of ${runCount} runs. x RUN, x COMMAND: how many times as long as ours it takes; below 1 it is faster.\n${file}\n`,
);

async function measure(benchCase: BenchCase): Promise<CaseResult> {
  await using cleanup = new AsyncDisposableStack();
  const { root, owner } = await newServedFolder();
  cleanup.defer(() => rm(root, { recursive: true, force: true }));
  const files = new SeededFolder(root, owner);
  await seedCase(files, benchCase);
  if (chosen === undefined) throw new Error('No server is available');
  const server = cleanup.use(await chosen.start(root));
  serverVersion = server.version;
  const contenders = await contendersFor(server, cleanup);
  const measured = new Map<string, ContenderResult>(
    contenders.map(({ name }) => [name, { name, runs: [], error: undefined }]),
  );
  // The first round is not counted: it fills caches, and the destinations of the case `again`.
  for (let round = 0; round <= runCount; round++) {
    for (const contender of contenders) {
      const before = measured.get(contender.name);
      if (before === undefined || before.error !== undefined) continue;
      if (round === 0 || benchCase.destination === 'fresh') await contender.clear();
      await settleDisk();
      measured.set(contender.name, await oneRun(contender, before, { round, files, benchCase }));
    }
  }
  return { ...benchCase, contenders: [...measured.values()] };
}

async function oneRun(
  contender: Contender,
  before: ContenderResult,
  {
    round,
    files,
    benchCase,
  }: { readonly round: number; readonly files: SeededFolder; readonly benchCase: BenchCase },
): Promise<ContenderResult> {
  const load = loadavg()[0] ?? 0;
  try {
    const fetched = await contender.fetch();
    const { seconds, workSeconds } = fetched;
    const note = round === 0 ? 'warm-up' : `run ${round}`;
    process.stdout.write(
      `${benchCase.name}: ${contender.name}, ${note}: ${seconds.toFixed(2)} s (load ${load.toFixed(1)})\n`,
    );
    if (round === 0) {
      const came = await fetched.sha256();
      const isComplete = [...files.sha256].every(([path, sha256]) => came.get(path) === sha256);
      return isComplete ? before : { ...before, error: 'the files differ from those of the partner' };
    }
    return { ...before, runs: [...before.runs, { seconds, workSeconds, load }] };
  } catch (error) {
    const reason = String(error).trim().split('\n').at(-1)?.trim() ?? '';
    process.stdout.write(`${benchCase.name}: ${contender.name} failed: ${reason}\n`);
    return { ...before, error: reason };
  }
}

async function contendersFor(
  server: BenchServer,
  cleanup: AsyncDisposableStack,
): Promise<readonly Contender[]> {
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-bench-'));
    cleanup.defer(() => rm(folder, { recursive: true, force: true }));
    return folder;
  };
  const contenders = [ourselves({ server, maxConnections, folder: await newFolder() })];
  for (const peer of peers)
    contenders.push(contenderOf(peer, { server, maxConnections, folder: await newFolder() }));
  return contenders;
}
