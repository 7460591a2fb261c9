/**
 * A flat directory of 1,000,000 entries on the test server: listed and planned, with no function over 512
 * MiB. It is a dry run, whose plan must contain every file. Prints a table; exits with 1 when a check fails.
 *
 * Usage: node test/bench/scale/directory.ts [--entries COUNT]
 */
import { parseArgs } from 'node:util';
import { textTable } from '../../../cli/text/text-table.ts';
import { planSummarySchema } from '../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import { getJson } from '../../../lambdas/s3/documents/documents.ts';
import { watchProcesses } from '../watch-processes.ts';
import { Checks, maxFunctionBytes, mib, openScaleStage, startCountingPartner } from './scale-stage.ts';

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

const checks = new Checks();
checks.expect(`${report.listed} entries were listed`, report.listed === entries);
checks.expect(`${planned} transfers were planned`, planned === entries);
for (const [name, { peakResidentBytes }] of functions) {
  checks.expect(`${name} used ${mib(peakResidentBytes)} MiB`, peakResidentBytes < maxFunctionBytes);
}
const row = [report.listed, planned, report.seconds.toFixed(1)].map(String);
const peaks = ['list-remote', 'plan-run'].map((name) =>
  mib(functions.get(name)?.peakResidentBytes ?? Number.NaN),
);
process.stdout.write(
  `\n${textTable(['LISTED', 'PLANNED', 'SECONDS', 'LIST MiB', 'PLAN MiB'], [[...row, ...peaks]])}\n`,
);
checks.end(
  `All entries were listed and planned, and every function stayed under ${mib(maxFunctionBytes)} MiB.`,
);
