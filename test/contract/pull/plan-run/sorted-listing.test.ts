import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListingShard } from '../../../../lambdas/contract/documents/listing-documents.ts';
import type { ListingLine } from '../../../../lambdas/core/listing/listing.ts';
import { compareLines, lineDirectory, toLineOrder } from '../../../../lambdas/core/listing/listing-order.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { ListingShards } from '../../../../lambdas/pull/list-remote/listing-shards.ts';
import { sortedListing } from '../../../../lambdas/pull/plan-run/sorted-listing.ts';
import { putJson } from '../../../../lambdas/s3/documents/documents.ts';
import { file } from '../../../unit/core/fixtures.ts';
import { useRunsBucket } from '../use-runs-bucket.ts';

const bucket = useRunsBucket();
const remote = parseRemotePath('/in');
let folders = 0;

interface Written {
  readonly folder: string;
  readonly shards: readonly ListingShard[];
}

/** Writes the lines as shards of at most so many, in the order in which they are given. */
async function written(lines: readonly ListingLine[], linesPerShard = 3): Promise<Written> {
  folders += 1;
  const folder = `sorted/${folders}/`;
  const shards = new ListingShards({
    runs: bucket.runs,
    folder,
    remote,
    firstNumber: 0,
    maxHeldLines: linesPerShard,
  });
  const holder = shards.newHolder();
  for (const line of lines) await shards.add(holder, [line]);
  await shards.write(holder);
  return { folder, shards: holder.shards };
}

function read({ folder, shards }: Written, which: { after?: ListingLine; within?: string } = {}) {
  const within = which.within === undefined ? undefined : parseRemotePath(which.within);
  return Array.fromAsync(sortedListing(bucket.runs, folder, { shards, remote, after: which.after, within }));
}

function fileLine(path: string, size = 100): ListingLine {
  return { kind: 'file', file: file(path, { size }) };
}

const lineOf: fc.Arbitrary<ListingLine> = fc
  .tuple(
    fc.constantFrom('file', 'skipped', 'refused'),
    fc.constantFrom('/in', '/in/a', '/in/~', '/in/😀'),
    fc.constantFrom('x', 'y', '~', '~y', '\u{ff5e}', '😀', 'é', 'z'.repeat(1001)),
    fc.integer({ min: 0, max: 9 }),
  )
  .map(([kind, directoryText, name, size]) => {
    const directory = parseRemotePath(directoryText);
    if (kind === 'file') return fileLine(`${directoryText}/${name}`, size);
    if (kind === 'skipped') return { kind, directory, entry: { name, kind: 'link' } };
    return { kind, directory, name: { shownName: name, error: 'invalid-encoding' } };
  });
const linesOf = fc.array(lineOf, { maxLength: 60 });

/** What the reader is to give: sorted, and of a name that was listed twice the later line. */
function expected(lines: readonly ListingLine[]): ListingLine[] {
  const byName = new Map(lines.map((line) => [JSON.stringify(toLineOrder(remote, line)), line]));
  return [...byName.values()].sort((a, b) => compareLines(toLineOrder(remote, a), toLineOrder(remote, b)));
}

describe('a sorted listing', () => {
  it('has every name once and in order, the later line of a name that was listed twice, for any shards', async () => {
    await fc.assert(
      fc.asyncProperty(linesOf, fc.integer({ min: 1, max: 20 }), async (lines, linesPerShard) => {
        const shards = await written(lines, linesPerShard);

        expect(await read(shards)).toEqual(expected(lines));
      }),
      { numRuns: 50 },
    );
  });

  it('continues after any line', async () => {
    await fc.assert(
      fc.asyncProperty(linesOf, fc.nat(), async (lines, position) => {
        const shards = await written(lines);
        const all = expected(lines);
        const index = all.length === 0 ? 0 : position % all.length;

        const after = all[index];
        const rest = await read(shards, after === undefined ? {} : { after });

        expect(rest).toEqual(all.slice(index + 1));
      }),
      { numRuns: 30 },
    );
  });

  it('has only the lines of one directory if asked', async () => {
    await fc.assert(
      fc.asyncProperty(linesOf, fc.constantFrom('/in', '/in/a', '/in/~'), async (lines, within) => {
        const shards = await written(lines);

        const found = await read(shards, { within });

        expect(found).toEqual(expected(lines).filter((line) => lineDirectory(line) === within));
      }),
      { numRuns: 30 },
    );
  });

  it('is read in blocks, from any line on, where a shard is longer than a block', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) =>
      fileLine(`/in/${String(index).padStart(6, '0')} ${'é😀'.repeat(index % 7)}`),
    );
    const shards = await written(lines.toReversed(), 9000);
    const after = lines[12_345];

    const all = await read(shards);
    const rest = await read(shards, after === undefined ? {} : { after });

    expect(shards.shards.length).toBe(3);
    expect(all).toEqual(lines);
    expect(rest).toEqual(lines.slice(12_346));
  });

  it('has no line where there are no shards', async () => {
    expect(await read({ folder: 'sorted/none/', shards: [] })).toEqual([]);
  });

  it('fails where another step has overwritten one of its shards', async () => {
    const shards = await written([fileLine('/in/a'), fileLine('/in/b')]);
    await putJson(bucket.runs, `${shards.folder}listing/000000.jsonl`, fileLine('/in/a'));

    await expect(read(shards)).rejects.toMatchObject({ kind: 'conflict' });
  });
});
