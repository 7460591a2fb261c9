import { describe, expect, it } from 'vitest';
import { faultLineSchema, type ListingShard } from '../../../lambdas/contract/listing-documents.ts';
import { listingStart } from '../../../lambdas/pull/listing-state.ts';
import { ListingWriter } from '../../../lambdas/pull/listing-writer.ts';
import { sortedListing } from '../../../lambdas/pull/sorted-listing.ts';
import { readJsonLines } from '../../../lambdas/s3/documents.ts';
import type { ListingFault, ListingLine, ListingVerdict } from '../../../lambdas/sync/listing.ts';
import { linesPerChunk } from '../../../lambdas/sync/listing.ts';
import { childPath, parseRemotePath, type RemotePath } from '../../../lambdas/sync/remote-path.ts';
import { file, listed } from '../../unit/sync/fixtures.ts';
import { useRunsBucket } from './use-runs-bucket.ts';

const bucket = useRunsBucket();
const remote = parseRemotePath('/in');
const { state: start } = listingStart(remote);
let folders = 0;

function newFolder(): string {
  folders += 1;
  return `written/${folders}/`;
}

function openWriter(folder: string, before: typeof start = start, maxHeldLines = 10): ListingWriter {
  return new ListingWriter({ runs: bucket.runs, folder, remote, round: 0, before, maxHeldLines });
}

function filesOf(directory: RemotePath, count: number): ListingLine[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'file',
    file: file(childPath(directory, `f${String(index).padStart(5, '0')}`)),
  }));
}

function verdict(directory: RemotePath, ...faults: ListingFault[]): ListingVerdict {
  return { directory, subdirectories: [], faults };
}

async function namesIn(folder: string, shards: readonly ListingShard[]): Promise<ListingLine[]> {
  return await Array.fromAsync(sortedListing(bucket.runs, folder, { shards, remote }));
}

describe('what a walk tells', () => {
  it('counts when its directory has ended, small or large', async () => {
    const folder = newFolder();
    await using writer = openWriter(folder);
    const [small, large] = [parseRemotePath('/in/1'), parseRemotePath('/in/2')];
    const [smallSink, largeSink] = [writer.sinkFor(), writer.sinkFor()];

    for (const line of filesOf(large, 35)) await largeSink.add([line]);
    await smallSink.add(filesOf(small, 4));
    await largeSink.end(verdict(large));
    await smallSink.end(verdict(small));
    const listing = await writer.commit();

    expect(listing).toMatchObject({ directories: 2, files: 39, incompleteDirectories: 0 });
    expect(await namesIn(folder, listing.shards)).toEqual([...filesOf(small, 4), ...filesOf(large, 35)]);
  });

  it('leaves nothing of a try that was abandoned, though it has become shards', async () => {
    const folder = newFolder();
    await using writer = openWriter(folder);
    const first = writer.sinkFor();
    for (const line of filesOf(remote, 35)) await first.add([line]);

    first.abandon();
    const second = writer.sinkFor();
    await second.add(filesOf(remote, 2));
    await second.end(verdict(remote));
    const listing = await writer.commit();

    expect(listing.nextShard).toBeGreaterThan(listing.shards.length);
    expect(listing).toMatchObject({ directories: 1, files: 2 });
    expect(await namesIn(folder, listing.shards)).toEqual(filesOf(remote, 2));
  });

  it('has in the end the later line of a name that was listed twice, however far apart', async () => {
    const folder = newFolder();
    await using writer = openWriter(folder);
    const sink = writer.sinkFor();
    const changed: ListingLine = { kind: 'file', file: file('/in/f00003', { size: 7 }) };

    for (const line of [...filesOf(remote, 35), changed]) await sink.add([line]);
    await sink.end(verdict(remote));
    const { shards } = await writer.commit();

    const names = await namesIn(folder, shards);
    expect(names).toEqual(filesOf(remote, 35).with(3, changed));
  });

  it('is held in bounded number: a shard is written as soon as there are more', async () => {
    const folder = newFolder();
    await using writer = openWriter(folder);
    const directories = ['1', '2', '3'].map((name) => childPath(remote, name));
    const sinks = directories.map((directory) => ({ directory, sink: writer.sinkFor() }));

    for (let round = 0; round < 10; round++) {
      for (const { directory, sink } of sinks) await sink.add(filesOf(directory, 1));
    }
    for (const { directory, sink } of sinks) await sink.end(verdict(directory));
    const { shards } = await writer.commit();

    const lineBytes = JSON.stringify(filesOf(remote, 1)[0]).length + 20;
    for (const { bytes } of shards) expect(bytes).toBeLessThan(11 * lineBytes);
    expect(shards.length).toBeGreaterThanOrEqual(3);
  });

  it('keeps the faults of a directory, and that it is not complete', async () => {
    const folder = newFolder();
    await using writer = openWriter(folder);
    const fault: ListingFault = { kind: 'cut-short', detail: 'it ends in the middle' };

    await writer.sinkFor().end(verdict(remote, fault));
    const listing = await writer.commit();

    const faults = await Array.fromAsync(
      readJsonLines(bucket.runs, `${folder}faults/000000.jsonl`, faultLineSchema),
    );
    expect(listing.incompleteDirectories).toBe(1);
    expect(faults).toEqual([{ directory: remote, fault }]);
  });

  it('adds to what the rounds before have found, under numbers of its own', async () => {
    const folder = newFolder();
    await using first = openWriter(folder);
    const firstSink = first.sinkFor();
    await firstSink.add(filesOf(remote, 5));
    await firstSink.end(verdict(remote));
    const before = await first.commit();

    await using second = openWriter(folder, { ...before, found: 2 });
    const below = childPath(remote, 'sub');
    const secondSink = second.sinkFor();
    await secondSink.add(filesOf(below, 5));
    await secondSink.end(verdict(below));
    const after = await second.commit();

    expect(after).toMatchObject({ directories: 2, files: 10 });
    expect(await namesIn(folder, after.shards)).toEqual([...filesOf(remote, 5), ...filesOf(below, 5)]);
  });

  it('names directories that are planned in several chunks, and files whose dates need a zone', async () => {
    const folder = newFolder();
    await using writer = openWriter(folder, start, 100_000);
    const sink = writer.sinkFor();
    const undated = Array.from({ length: 10 }, (_, index): ListingLine => {
      return { kind: 'file', file: file(`/in/u${index}`, { at: listed('2026-11-19T12:00') }) };
    });

    await sink.add([...filesOf(remote, linesPerChunk - 9), ...undated]);
    await sink.end(verdict(remote));
    const listing = await writer.commit();

    expect(listing.largeDirectories).toEqual([{ directory: remote, lines: linesPerChunk + 1 }]);
    expect(listing.undated.length).toBe(8);
    expect(listing.undated[0]?.path).toBe('/in/u0');
  });
});
