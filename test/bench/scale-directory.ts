/**
 * A flat directory of 1,000,000 entries, served by the test server: listed and planned, with no function over 512 MiB. Nothing is
 * moved: it is a dry run, whose plan must have every file. Prints a table; ends with 1 where one of these is broken.
 *
 * Usage: node test/bench/scale-directory.ts [--entries COUNT]
 */
import { parseArgs } from 'node:util';
import { textTable } from '../../cli/text-table.ts';
import { planSummarySchema } from '../../lambdas/contract/plan-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import { getJson } from '../../lambdas/s3/documents.ts';
import { functionBoundBytes, mib, openScaleStage, Promised, startCountingPartner } from './scale-stage.ts';
import { watchProcesses } from './watch-processes.ts';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '1000000' } } });
const entries = Number(values.entries);

await using partner = await startCountingPartner({ maxConnections: 2 });
partner.tree.putGenerated('/files', {
  *entries() {
    for (let number = 0; number < entries; number++) yield [`sales-${number}.csv`, {}];
  },
  find: () => undefined,
});
await using stage = await openScaleStage([partner]);
const watch = watchProcesses(process.pid);
const { report } = await stage.flow(partner.name).plan();
const { functions } = watch.end();
const summaryKey = `${runFolder({ ...report, runId: report.run })}${documentNames.planSummary}`;
const planned = (await getJson(stage.stage.runs, summaryKey, planSummarySchema))?.transfers;

const promised = new Promised();
promised.expect(`${report.listed} entries were listed`, report.listed === entries);
promised.expect(`${planned} transfers were planned`, planned === entries);
for (const [name, { peakResidentBytes }] of functions) {
  promised.expect(
    `${name} had ${mib(peakResidentBytes)} MiB resident`,
    peakResidentBytes < functionBoundBytes,
  );
}
const row = [report.listed, planned, report.seconds.toFixed(1)].map(String);
const peaks = ['list-remote', 'plan-run'].map((name) =>
  mib(functions.get(name)?.peakResidentBytes ?? Number.NaN),
);
process.stdout.write(
  `\n${textTable(['LISTED', 'PLANNED', 'SECONDS', 'LIST MiB', 'PLAN MiB'], [[...row, ...peaks]])}\n`,
);
promised.end(`All entries were listed and planned, and no function had ${mib(functionBoundBytes)} MiB.`);
