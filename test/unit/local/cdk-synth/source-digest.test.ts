import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourceDigest } from '../../../../local/cdk-synth/source-digest.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'digest-'));
  mkdirSync(join(folder, 'partners'));
  writeFileSync(join(folder, 'app.ts'), 'one');
  writeFileSync(join(folder, 'partners', 'acme.yaml'), 'partner: acme');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('Equal files have equal digests', () => {
  expect(sourceDigest([folder])).toBe(sourceDigest([folder]));
});

const changes = [
  { title: "a file's content", change: () => writeFileSync(join(folder, 'app.ts'), 'two') },
  { title: "a file's name", change: () => renameSync(join(folder, 'app.ts'), join(folder, 'main.ts')) },
  { title: 'a file in a subfolder', change: () => writeFileSync(join(folder, 'partners', 'b.yaml'), '') },
];

test.each(changes)('A change of $title changes the digest', ({ change }) => {
  const before = sourceDigest([folder]);

  change();

  expect(sourceDigest([folder])).not.toBe(before);
});

test('Another salt gives another digest', () => {
  expect(sourceDigest([folder], { salt: 'dev' })).not.toBe(sourceDigest([folder], { salt: 'test' }));
});

test('An excepted path does not count', () => {
  const except = [join(folder, 'partners')];
  const before = sourceDigest([folder], { except });

  writeFileSync(join(folder, 'partners', 'acme.yaml'), 'partner: other');

  expect(sourceDigest([folder], { except })).toBe(before);
});
