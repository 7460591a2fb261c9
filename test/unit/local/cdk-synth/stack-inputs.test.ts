import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stackInputs } from '../../../../local/cdk-synth/stack-inputs.ts';

let folder: string;
let partnersFolder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ftps-sync-inputs-'));
  partnersFolder = join(folder, 'partners');
  mkdirSync(partnersFolder);
  mkdirSync(join(folder, 'shared'));
  write('partners/acme.yaml', partnerFile('../shared/ca.pem'));
  write('partners/own.pem', 'a certificate');
  write('shared/ca.pem', 'a certificate');
  write('shared/holidays.txt', '2026-12-25');
  write('shared/readme.txt', 'of nobody');
});

afterEach(() => rmSync(folder, { recursive: true }));

test.each<[string, () => void]>([
  ['a partner file', () => write('partners/acme.yaml', partnerFile('own.pem'))],
  ['a file beside the partner files', () => write('partners/own.pem', 'another certificate')],
  [
    'a certificate authority elsewhere that a partner file names',
    () => write('shared/ca.pem', 'another certificate'),
  ],
  [
    'a list of holidays elsewhere that a partner file names',
    () => write('shared/holidays.txt', '2026-12-26'),
  ],
  ['a named file that was removed', () => rmSync(join(folder, 'shared', 'ca.pem'))],
])('%s is an input of the stack', (_, change) => {
  const before = inputs();
  change();

  expect(inputs()).not.toBe(before);
});

test('a file elsewhere that no partner file names is no input', () => {
  const before = inputs();
  write('shared/readme.txt', 'changed');

  expect(inputs()).toBe(before);
});

test.each<[string, string]>([
  ['a folder as certificate authority', partnerFile('../..')],
  ['what is no YAML', 'partner: ['],
])('%s has inputs, and is left to the validation', (_, text) => {
  write('partners/acme.yaml', text);

  expect(inputs()).toMatch(/^[0-9a-f]{32}$/);
});

test('a folder that does not exist has no inputs', () => {
  expect(stackInputs({ partnersFolder: join(folder, 'missing'), stage: 'local' })).toBe('');
});

function inputs(): string {
  return stackInputs({ partnersFolder, stage: 'local' });
}

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

function partnerFile(ca: string): string {
  return [
    'partner: acme',
    'connection:',
    `  tls: { ca: ${ca} }`,
    'flows:',
    '  - flow: in',
    '    expect: [{ files: "*.csv", by: "08:00", holidays: ../shared/holidays.txt }]',
    '',
  ].join('\n');
}
