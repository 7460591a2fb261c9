import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import {
  documentJsonSchema,
  documentNames,
  documentSchema,
} from '../../../cli/documents/command-documents.ts';
import { runInProcess } from '../../support/cli/run-in-process.ts';

const folder = new URL('../../../docs/json/', import.meta.url).pathname;
const fileOf = (name: string) => `${name.replace(' ', '-')}.schema.json`;

describe.each(documentNames)('the schema of %s --json', (name) => {
  it('is up to date in docs', async () => {
    const text = `${JSON.stringify(documentJsonSchema(name), null, 2)}\n`;

    const remedy =
      'docs/json is out of date: npx vitest run test/unit/docs/command-documents.test.ts --update';
    await expect(text, remedy).toMatchFileSnapshot(`${folder}${fileOf(name)}`);
  });

  it('has only keys in camel case', () => {
    const keys = keysOf(documentJsonSchema(name));

    expect(keys.filter((key) => !/^[a-z][A-Za-z0-9]*$/.test(key))).toEqual([]);
  });
});

it('docs/json has one file for each command, and no other', async () => {
  const published = await readdir(folder);

  expect(published.toSorted()).toEqual(documentNames.map(fileOf).toSorted());
});

it('Each command that the README lists has a document', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const listed = [...readme.matchAll(/^npx ftps-sync ([a-z]+(?: (?:put|up)\b)?)[^\n]* {2,}\S/gm)];
  const names = new Set(listed.flatMap(([, name = '']) => (name === 'pause' ? ['pause', 'resume'] : [name])));

  for (const name of names) expect(documentNames).toContain(name);
});

test.each([
  ['an unknown command', 'staus --json', "unknown command 'staus'"],
  ['an unknown option', 'status --flows --json', "unknown option '--flows'"],
  ['a missing argument', 'run --json', "missing required argument 'partner'"],
  ['a wrong count', 'plan acme files --limit few --json', '--limit must be a whole number'],
  ['a missing folder', 'status --partners /nowhere --json', 'Cannot read the folder'],
])('With --json, %s is one document on stdout', async (_, line, says) => {
  const { exitCode, stdout, stderr } = await runInProcess(line);

  const document = JSON.parse(stdout);
  expect(documentSchema('error').parse(document)).toEqual(document);
  expect(document.error).toMatchObject({ exitCode: 2, reason: 'usage' });
  expect(document.error.message).toContain(says);
  for (const each of stderr.trim().split('\n')) expect(JSON.parse(each)).toHaveProperty('note');
  expect(exitCode).toBe(2);
});

function keysOf(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(schema.properties ?? {}) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}
