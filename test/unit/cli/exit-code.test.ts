import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodeForErrorKind, exitCodes } from '../../../cli/exit-code.ts';
import { ftpsErrorPolicies } from '../../../lambdas/core/connection/ftps-error-policies.ts';
import { projectRoot } from '../../infra/stage.ts';

test('The table of exit codes in README has each code once, and those of an interruption', () => {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const [, table = ''] = readme.split('| exit code | meaning |\n');
  const rows = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| ([\d, ]+) \|/gm)];

  const documented = rows.flatMap(([, codes = '']) => codes.split(', ').map(Number));

  expect(documented).toEqual([...Object.values(exitCodes), 130, 143]);
});

test.each([
  ['login-refused', 5],
  ['certificate-refused', 5],
  ['circuit-open', 5],
  ['gone', 6],
  ['denied', 6],
  ['refused', 6],
  ['unavailable', 6],
  ['partner-busy', 4],
  ['superseded', 4],
  ['secret-missing', 2],
  ['flow-unknown', 2],
  ['storage', 70],
  ['internal', 70],
])('A run that failed with %s ends with %i', (error, exitCode) => {
  expect(exitCodeForErrorKind(error)).toBe(exitCode);
});

test('No error of a partner ends a failed run as if some files had been transferred', () => {
  const codes = Object.keys(ftpsErrorPolicies).map(exitCodeForErrorKind);

  expect(codes).not.toContain(exitCodes.someFilesFailed);
  expect(codes).not.toContain(exitCodes.internal);
});
