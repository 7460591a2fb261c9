import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const resultSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** A mutant may make a test wait for ever. Far longer than any test of the lists takes. */
const hangMs = 180_000;
/** A mutant may also loop for ever, which no timeout of a test ends. Far longer than its tests take. */
const loopMs = 2 * hangMs;

export interface TestOutcome {
  readonly passed: number;
  /** The full names of the tests that failed; with `firstFailure`, the first one. */
  readonly failed: readonly string[];
  /** Files that could not be loaded, with the reason: no test of them ran. */
  readonly broken: readonly string[];
}

/** Runs the test files in the folder. @param until `firstFailure`: ends at the first test that fails. */
export async function runTests(
  folder: string,
  tests: readonly string[],
  until: 'end' | 'firstFailure',
): Promise<TestOutcome> {
  const output = join(folder, `mutants-${process.pid}.json`);
  const program = join(folder, 'node_modules', 'vitest', 'vitest.mjs');
  const limits = [`--testTimeout=${hangMs}`, `--hookTimeout=${hangMs}`, '--maxWorkers=1'];
  const bail = until === 'firstFailure' ? ['--bail=1'] : [];
  const reporters = ['--reporter=json', `--outputFile=${output}`];
  rmSync(output, { force: true });
  const child = spawn(process.execPath, [program, 'run', ...limits, ...bail, ...reporters, ...tests], {
    cwd: folder,
    stdio: 'ignore',
    // A group of its own, so that what loops ends with it.
    detached: true,
  });
  const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  const loops = until === 'firstFailure' ? setTimeout(end, loopMs) : undefined;
  const [, signal] = await once(child, 'close');
  clearTimeout(loops);
  if (signal !== null) return { passed: 0, failed: [`no end within ${loopMs / 1000} s`], broken: [] };
  const { numPassedTests, testResults } = resultSchema.parse(JSON.parse(readFileSync(output, 'utf8')));
  const assertions = testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    passed: numPassedTests,
    failed: assertions.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    broken: testResults
      .filter(({ assertionResults, message }) => assertionResults.length === 0 && message !== '')
      .map(({ name, message }) => `${name}: ${message}`),
  };
}
