/**
 * A tree of 100,000 files in 1,000 directories on vsftpd (or the embedded server, where it is not installed): listed, planned, and
 * pulled by the bulk route. Every file must arrive with its SHA-256, a second run must move nothing and write nothing to the
 * table but its own record, lease and slots, planner and workers must stay under 512 MiB, and nothing that travels through the
 * state machine may exceed 64 KiB. Prints a table; ends with 1 where one of these is broken.
 *
 * Usage: node test/bench/scale-tree.ts [--files COUNT] [--directories COUNT] [--connections COUNT]
 */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { textTable } from '../../cli/text-table.ts';
import { outcomeSchema } from '../../lambdas/contract/outcome-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import type { RunReport } from '../../lambdas/contract/run-report.ts';
import { keysUnder, readJsonLines } from '../../lambdas/s3/documents.ts';
import { flowDirectory, realPartner } from '../support/real-partner/real-partner.ts';
import { SeededFolder } from '../support/real-partner/seeded-folder.ts';
import { countRequests } from '../support/stage/counted-requests.ts';
import type { TestStage } from '../support/stage/test-stage.ts';
import { benchServers, newServedFolder } from './bench-servers.ts';
import { functionBoundBytes, mib, openScaleStage, Promised, payloadBoundBytes } from './scale-stage.ts';
import { watchProcesses } from './watch-processes.ts';

const fileBytes = 1000;
/** The run's own record, lease, progress, slots and rate: a few a second, however many files there are. */
const ownWritesBound = 400;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    directories: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '8' },
  },
});
const [files, directories] = [Number(values.files), Number(values.directories)];

await using cleanup = new AsyncDisposableStack();
const { root, owner } = await newServedFolder();
cleanup.defer(() => rm(root, { recursive: true, force: true }));
const seeded = new SeededFolder(root, owner);
process.stdout.write(`Writing ${files} files in ${directories} directories\n`);
for (let number = 0; number < files; number++) {
  const path = `${flowDirectory}/store-${number % directories}/sales-${number}.csv`;
  await seeded.put(path, { sizeBytes: fileBytes, seed: number });
}

const { servers } = await benchServers();
const chosen = servers.find(({ name }) => name === 'vsftpd') ?? servers[0];
if (chosen === undefined) throw new Error('There is no server.');
await using server = await chosen.start(root);
process.stdout.write(`${server.name} ${server.version}\n`);
const partner = realPartner(server, { maxConnections: Number(values.connections) });
await using stage = await openScaleStage([partner]);
const promised = new Promised();
const rows: string[][] = [];

const first = await measured('first run');
promised.expect('a file has not arrived', first.report.transferred === files);
promised.expect(
  'a file has not arrived with its SHA-256',
  (await withTheirSha256(stage, first.report)) === files,
);
const second = await measured('second run');
promised.expect(
  'the second run has moved something',
  second.report.transferred === 0 && second.report.listed === files,
);
promised.expect(
  `the second run has written ${second.tableWrites} times to the table`,
  second.tableWrites < ownWritesBound,
);
const payload = await stage.largestPayload();
promised.expect(`${payload.event} had ${payload.bytes} bytes`, payload.bytes < payloadBoundBytes);
const header = [
  'RUN',
  'LISTED',
  'MOVED',
  'SECONDS',
  'FILES/s',
  'TABLE WRITES',
  'LIST MiB',
  'PLAN MiB',
  'WORKER MiB',
];
process.stdout.write(
  `\n${textTable(header, rows)}\nThe largest payload of a state: ${payload.bytes} bytes.\n`,
);
promised.end(
  `All files arrived with their SHA-256, the second run moved and recorded nothing, and no function had ${mib(functionBoundBytes)} MiB.`,
);

async function measured(
  title: string,
): Promise<{ readonly report: RunReport; readonly tableWrites: number }> {
  process.stdout.write(`${title}\n`);
  const watch = watchProcesses(process.pid);
  let report: RunReport | undefined;
  const { tableWrites } = await countRequests(async () => {
    ({ report } = await stage.flow(server.name).pull());
  });
  const { functions } = watch.end();
  if (report === undefined) throw new Error('The run has left no report.');
  const peak = (name: string) => functions.get(name)?.peakResidentBytes ?? 0;
  for (const [name, { peakResidentBytes }] of functions) {
    promised.expect(
      `${name} had ${mib(peakResidentBytes)} MiB resident`,
      peakResidentBytes < functionBoundBytes,
    );
  }
  rows.push([
    title,
    String(report.listed),
    String(report.transferred),
    report.seconds.toFixed(1),
    (report.listed / report.seconds).toFixed(0),
    String(tableWrites),
    ...['list-remote', 'plan-run', 'transfer-batch'].map((name) => mib(peak(name))),
  ]);
  return { report, tableWrites };
}

/** How many files the run has brought with the SHA-256 that they have at the partner. */
async function withTheirSha256({ stage: { runs } }: TestStage, report: RunReport): Promise<number> {
  const folder = runFolder({ ...report, runId: report.run });
  const right = new Set<string>();
  for await (const key of keysUnder(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const outcome of readJsonLines(runs, key, outcomeSchema)) {
      if (outcome.kind === 'transferred' && outcome.sha256 === seeded.sha256.get(outcome.path))
        right.add(outcome.path);
    }
  }
  return right.size;
}
