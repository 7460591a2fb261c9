/**
 * A tree of 100,000 files in 1,000 directories on vsftpd (or the embedded server, if it is not installed):
 * listed, planned, and pulled on the bulk route. Every file must arrive with its SHA-256, a second run must
 * transfer nothing and write only its own record, lease and slots to the table, plan-run and workers must
 * stay under 512 MiB, and no payload of the state machine may exceed 64 KiB. Prints a table; exits with 1
 * when a check fails.
 *
 * Usage: node test/bench/scale/tree.ts [--files COUNT] [--directories COUNT] [--connections COUNT]
 */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { textTable } from '../../../cli/text/text-table.ts';
import { outcomeSchema } from '../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import type { RunReport } from '../../../lambdas/contract/documents/run-report.ts';
import { listKeys, readJsonLines } from '../../../lambdas/s3/documents/documents.ts';
import { flowDirectory, realPartner } from '../../support/real-partner/real-partner.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { countRequests } from '../../support/stage/count-requests.ts';
import type { TestStage } from '../../support/stage/test-stage.ts';
import { benchServers, newServedFolder } from '../bench-servers.ts';
import { watchProcesses } from '../watch-processes.ts';
import { Checks, maxFunctionBytes, maxPayloadBytes, mib, openScaleStage } from './scale-stage.ts';

const fileBytes = 1000;
/**
 * For the run's record, lease, progress, slots and rate: a few writes a second, whatever the number of files.
 */
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
if (chosen === undefined) throw new Error('No server is available.');
await using server = await chosen.start(root);
process.stdout.write(`${server.name} ${server.version}\n`);
const partner = realPartner(server, { maxConnections: Number(values.connections) });
await using stage = await openScaleStage([partner]);
const checks = new Checks();
const rows: string[][] = [];

const first = await measured('first run');
checks.expect('not every file arrived', first.report.transferred === files);
checks.expect(
  'not every file arrived with its SHA-256',
  (await countVerified(stage, first.report)) === files,
);
const second = await measured('second run');
checks.expect(
  'the second run transferred files',
  second.report.transferred === 0 && second.report.listed === files,
);
checks.expect(
  `the second run wrote ${second.tableWrites} times to the table`,
  second.tableWrites < ownWritesBound,
);
const payload = await stage.largestPayload();
checks.expect(`${payload.event} had ${payload.bytes} bytes`, payload.bytes < maxPayloadBytes);
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
checks.end(
  `All files arrived with their SHA-256, the second run transferred and recorded nothing, and every function stayed under ${mib(maxFunctionBytes)} MiB.`,
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
  if (report === undefined) throw new Error('The run has no report.');
  const peak = (name: string) => functions.get(name)?.peakResidentBytes ?? 0;
  for (const [name, { peakResidentBytes }] of functions) {
    checks.expect(`${name} used ${mib(peakResidentBytes)} MiB`, peakResidentBytes < maxFunctionBytes);
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

/** How many files the run transferred with the SHA-256 of the partner's file. */
async function countVerified({ stage: { runs } }: TestStage, report: RunReport): Promise<number> {
  const folder = runFolder({ ...report, runId: report.run });
  const right = new Set<string>();
  for await (const key of listKeys(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const outcome of readJsonLines(runs, key, outcomeSchema)) {
      if (outcome.kind === 'transferred' && outcome.sha256 === seeded.sha256.get(outcome.path))
        right.add(outcome.path);
    }
  }
  return right.size;
}
