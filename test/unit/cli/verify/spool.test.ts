import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { mergeSorted } from '../../../../cli/verify/merge-sorted.ts';
import { Spool } from '../../../../cli/verify/spool.ts';
import { compareUtf8, fileOrder } from '../../../../lambdas/core/path/path-order.ts';

const folders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('ftps-sync-verify-'));

it('More paths than are held come back in the order of the ledger, and nothing is left on disk', async () => {
  const before = await folders();
  // Beyond two of the spool's files, in an order that no one sorted, with names that JSON has to escape.
  const paths = Array.from({ length: 120_000 }, (_, index) => {
    const number = (index * 7919) % 120_000;
    return `d-${number % 7}\n/${'é\u{1F4C4}'.slice(0, 1 + (number % 3))}${number}.csv`;
  });
  const read: string[] = [];
  {
    await using spool = await Spool.open<string>(String);
    for (const path of paths) await spool.add(fileOrder(path), path);
    for await (const { value } of spool.sorted()) read.push(value);
  }

  const inOrder = paths.toSorted((a, b) => {
    const [left, right] = [fileOrder(a), fileOrder(b)];
    return compareUtf8(left.directory, right.directory) || compareUtf8(left.name, right.name);
  });
  expect(read).toEqual(inOrder);
  expect(await folders()).toEqual(before);
});

it('What several sources have at one position comes together, and the rest alone', async () => {
  async function* source(label: string, paths: readonly string[]) {
    for (const path of paths) yield { order: fileOrder(path), value: `${label}:${path}` };
  }

  const merged = await Array.fromAsync(
    mergeSorted([source('a', ['a', 'c', 'b/x']), source('b', ['b', 'c', 'c']), source('c', [])]),
  );

  expect(merged.map(({ values }) => values)).toEqual([
    ['a:a', undefined, undefined],
    [undefined, 'b:b', undefined],
    ['a:c', 'b:c', undefined],
    ['a:b/x', undefined, undefined],
  ]);
});
