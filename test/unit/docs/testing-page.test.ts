import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as kit from 'ftps-sync/testing';
import { expect, it } from 'vitest';
import { projectRoot } from '../../infra/stage.ts';

const page = readFileSync(join(projectRoot, 'docs/testing.md'), 'utf8');
const source = readFileSync(join(projectRoot, 'test/flow/testing/partner-kit.test.ts'), 'utf8');

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

it('docs/testing.md has the test file that the suite runs, from its first import to its end', () => {
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const shown = source
    .replaceAll(/^\/\/ <not on the page>\n[\s\S]*?^\/\/ <\/not on the page>\n/gm, '')
    .replace(/^(\/\/ .*\n)+/, '');

  expect(lines(blocks.join('\n'))).toEqual(lines(shown));
});

it('docs/testing.md names everything that the kit exports', () => {
  expect(Object.keys(kit).filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});

it('docs/testing.md names every kind of fault', () => {
  const faults = readFileSync(join(projectRoot, 'testing/ftps-server/faults.ts'), 'utf8');
  const kinds = new Set([...faults.matchAll(/readonly kind: '([\w-]+)'/g)].map(([, kind = '']) => kind));

  expect(kinds.size).toBeGreaterThan(15);
  expect([...kinds].filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
});
