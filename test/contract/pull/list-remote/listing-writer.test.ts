import { describe, expect, it } from 'vitest';
import {
  type ListingShard,
  listingErrorLineSchema,
} from '../../../../lambdas/contract/documents/listing-documents.ts';
import type { ListingError, ListingLine, ListingVerdict } from '../../../../lambdas/core/listing/listing.ts';
import { linesPerChunk } from '../../../../lambdas/core/listing/listing.ts';
import { childPath, parseRemotePath, type RemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { listingStart } from '../../../../lambdas/pull/list-remote/listing-state.ts';
import { ListingWriter } from '../../../../lambdas/pull/list-remote/listing-writer.ts';
import { sortedListing } from '../../../../lambdas/pull/plan-run/sorted-listing.ts';
import { readJsonLines } from '../../../../lambdas/s3/documents/documents.ts';
import { file, listed, now } from '../../../unit/core/fixtures.ts';
import { useRunsBucket } from '../use-runs-bucket.ts';

const bucket = useRunsBucket();
const remote = parseRemotePath('/in');
const { state: start } = listingStart(remote);
const sampleRules = { now, isSelected: () => true };
let folders = 0;

function newFolder(): string {
  folders += 1;
  return `written/${folders}/`;
}

function openWriter(folder: string, before: typeof start = start, maxHeldLines = 10): ListingWriter {
  return new ListingWriter({
    runs: bucket.runs,
    folder,
    remote,
    round: 0,
    before,
    sampleRules,
    maxHeldLines,
  });
}

function filesOf(directory: RemotePath, count: number): ListingLine[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'file',
    file: file(childPath(directory, `f${String(index).padStart(5, '0')}`)),
  }));
}

function verdict(directory: RemotePath, ...errors: ListingError[]): ListingVerdict {
  return { directory, subdirectories: [], errors };
}

async function namesIn(folder: string, shards: readonly ListingShard[]): Promise<ListingLine[]> {
  return await Array.fromAsync(sortedListing(bucket.runs, folder, { shards, remote }));
}

describe('a listing writer', () => {
  it('keeps a directory when it has ended, small or large', async () => {
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

  it('keeps nothing of an abandoned attempt, though it wrote shards', async () => {
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

  it('puts the later line of a name that was listed twice into the later shard', async () => {
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

  it('holds a limited number of lines and writes a shard when there are more', async () => {
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

  it('keeps the errors of a directory, and counts it as incomplete', async () => {
    const folder = newFolder();
    await using writer = openWriter(folder);
    const error: ListingError = { kind: 'cut-short', detail: 'it ends in the middle' };

    await writer.sinkFor().end(verdict(remote, error));
    const listing = await writer.commit();

    const faults = await Array.fromAsync(
      readJsonLines(bucket.runs, `${folder}listing-errors/000000.jsonl`, listingErrorLineSchema),
    );
    expect(listing.incompleteDirectories).toBe(1);
    expect(faults).toEqual([{ directory: remote, error }]);
  });

  it('adds to the results of earlier rounds, with shard numbers of its own', async () => {
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

  it('names directories with several chunks, and files whose dates need a time zone', async () => {
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
    expect(listing.zoneSamples.map(({ path }) => path)).toEqual(
      undated.map((_line, index) => `/in/u${index}`),
    );
  });
});
