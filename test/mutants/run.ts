import { parseArgs } from 'node:util';
import { mutants } from './list/all.ts';
import type { Mutant } from './mutant.ts';
import { runTests } from './run-tests.ts';
import { Workplace } from './workplace.ts';

/**
 * `npm run mutants`: applies each mutant to a copy of the project, and runs the tests that must kill it. Ends
 * with 0 when all die, with 1 when one survives, with 2 when the tests fail without any mutant.
 *
 * --only TEXT   only the mutants whose name or file contains the text
 * --lanes N     how many copies work at the same time; two by default
 */
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, lanes: { type: 'string', default: '2' } },
});
const chosen = mutants.filter(({ name, file }) => name.includes(values.only) || file.includes(values.only));
const startMs = performance.now();
const survivors: string[] = [];
let done = 0;

const lanes = Array.from({ length: Number(values.lanes) }, () => new Workplace());
try {
  const [first] = lanes;
  if (first === undefined || chosen.length === 0) throw new Error('Nothing to do: no lane or no mutant.');
  if (await passWithout(first, chosen)) {
    const queue = chosen.values();
    await Promise.all(
      lanes.map(async (lane) => {
        for (const mutant of queue) await tryMutant(lane, mutant);
      }),
    );
    const seconds = Math.round((performance.now() - startMs) / 1000);
    say(`${chosen.length - survivors.length} of ${chosen.length} mutants died, in ${seconds} s.`);
    for (const survivor of survivors) say(`Survived: ${survivor}`);
    process.exitCode = survivors.length === 0 ? 0 : 1;
  } else {
    process.exitCode = 2;
  }
} finally {
  for (const lane of lanes) lane.remove();
}

/** A test that fails anyway would kill every mutant. */
async function passWithout(lane: Workplace, list: readonly Mutant[]): Promise<boolean> {
  const files = [...new Set(list.flatMap(({ tests }) => tests))];
  say(`Running the ${files.length} test files of ${list.length} mutants without any mutant.`);
  const { passed, failed, broken } = await runTests(lane.folder, files, 'end');
  for (const failure of [...failed, ...broken]) say(`Fails without any mutant: ${failure}`);
  say(`${passed} tests passed.`);
  return failed.length === 0 && broken.length === 0;
}

async function tryMutant(lane: Workplace, mutant: Mutant): Promise<void> {
  const began = performance.now();
  const { failed, broken } = await lane.with(mutant, () =>
    runTests(lane.folder, mutant.tests, 'firstFailure'),
  );
  const [killer] = failed;
  done += 1;
  const place = `${String(done).padStart(3)}/${chosen.length}`;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (killer !== undefined) {
    say(`${place}  died      ${seconds} s  ${mutant.name}  (${killer})`);
    return;
  }
  const why = broken.length > 0 ? ` It does not load, which proves nothing: ${broken[0]}` : '';
  survivors.push(`${mutant.name} (${mutant.file}).${why}`);
  say(`${place}  SURVIVED  ${seconds} s  ${mutant.name}${why}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
