import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { projectFolder } from '../../local/cdk-synth/run-app.ts';

const manifest = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(readJson('package.json'));

const packageSchema = z.object({
  license: z.string().optional(),
  integrity: z.string().optional(),
  inBundle: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dev: z.boolean().optional(),
});
const lock = z.object({ packages: z.record(z.string(), packageSchema) }).parse(readJson('package-lock.json'));
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

const permissive = ['MIT', 'MIT-0', 'Apache-2.0', 'ISC', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'];
/** A choice counts as the permissive one of its parts. */
const choices = ['MIT OR Apache-2.0', '(MIT OR GPL-3.0-or-later)'];
const allowed = [...permissive, ...choices];

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(projectFolder, name), 'utf8'));
}

test('Every dependency is pinned to one version', () => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );

  expect(ranges).toEqual([]);
});

test('Every package has a hash in the lock file', () => {
  // A bundled package is part of the package that bundles it, which has the hash.
  const without = packages.filter(
    ([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true,
  );

  expect(without.map(([path]) => path)).toEqual([]);
});

test('Every package with an install script is allowed or forbidden by name', () => {
  const scripts = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);

  const names = scripts.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13));
  expect(names.filter((name) => manifest.allowScripts[name] === undefined)).toEqual([]);
});

test('Every licence is permissive, or MPL-2.0 in a tool that is not deployed', () => {
  const others = packages.filter(
    ([, { license = 'none', dev }]) => !allowed.includes(license) && !(license === 'MPL-2.0' && dev === true),
  );

  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});
