import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from '../../../local/cdk-synth/run-app.ts';
import { mutants } from '../../mutants/list/all.ts';
import { applyMutant } from '../../mutants/mutant.ts';

test.each(mutants)('The mutant still fits the code: $name', (mutant) => {
  const source = readFileSync(join(projectFolder, mutant.file), 'utf8');

  expect(applyMutant(mutant, source)).not.toBe(source);
  expect(mutant.tests.filter((path) => !existsSync(join(projectFolder, path)))).toEqual([]);
});

test('No two mutants have one name', () => {
  const names = mutants.map(({ name }) => name);

  expect(new Set(names).size).toBe(names.length);
});
