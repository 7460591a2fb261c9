import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** The files of product code, without the one that sends all writes. */
const files = ['lambdas', 'cli']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`),
  )
  .filter((file) => file.endsWith('.ts') && file !== 'lambdas/ledger/write-item.ts');

/** What sends a write to a table, and what only writes of write-item.ts may contain. */
const write =
  /\b(?:(?:Put|Update|Delete)(?:Item)?Command|BatchWrite\w*|TransactWrite\w*|ExecuteStatement\w*|ConditionExpression|UpdateExpression)\b/;

it('Only write-item.ts writes to the table, because its writes recognize their own success', () => {
  const writers = files.filter((file) => write.test(readFileSync(join(root, file), 'utf8')));

  expect(files.length).toBeGreaterThan(200);
  expect(writers).toEqual([]);
});
