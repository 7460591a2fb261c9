import { describe, expect, it } from 'vitest';
import {
  makeDirectories,
  modifiedTimeOf,
  modifiedTimesOf,
  remove,
  rename,
  sizeOf,
} from '../../../lambdas/ftps/commands.ts';
import { measureZone } from '../../../lambdas/ftps/server-clock.ts';
import { wholeListing } from '../../../lambdas/ftps/whole-listing.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { startEmbedded } from './embedded-partner.ts';
import { openTo } from './test-partner.ts';

const path = parseRemotePath;
const modified = new Date('2026-11-20T02:15:00Z');

describe('a session', () => {
  it('tells the size of a file', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/ file ', { content: 'hello' });
    await using session = await openTo(partner);

    const sizeBytes = await sizeOf(session, path('/ file '));

    expect(sizeBytes).toBe(5);
  });

  it('tells the modified time of a file', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/file', { modified });
    await using session = await openTo(partner);

    const time = await modifiedTimeOf(session, path('/file'));

    expect(time).toEqual({
      raw: '20261120021500',
      wallClock: '2026-11-20T02:15:00',
      precision: 'second',
      clock: 'utc',
    });
  });

  it('tells the modified times of many files in their order, and unknown for those that are missing', async () => {
    await using partner = await startEmbedded();
    const paths = Array.from({ length: 250 }, (_, index) => path(`/${index}`));
    for (const [index, each] of paths.entries()) {
      if (index !== 7) partner.tree.put(each, { modified: new Date(modified.getTime() + index * 1000) });
    }
    await using session = await openTo(partner);

    const times = await modifiedTimesOf(session, paths);

    const expected = paths.map((_, index) =>
      index === 7 ? undefined : new Date(modified.getTime() + index * 1000).toISOString().slice(0, 19),
    );
    expect(times.map((time) => time?.wallClock)).toEqual(expected);
  });

  it('asks one by one after a server has lost commands that came together', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/a', {}).put('/b', {});
    partner.server.fault({ on: 'MDTM', times: 1, do: { kind: 'silence' } });
    await using first = await openTo(partner, { timeouts: { replyMs: 100 } });
    await expect(modifiedTimesOf(first, [path('/a'), path('/b')])).rejects.toMatchObject({ kind: 'timeout' });
    await using second = await openTo(partner);

    const times = await modifiedTimesOf(second, [path('/a'), path('/b')]);

    expect(second.habits.commands).toBe('one-by-one');
    expect(times.every((time) => time !== undefined)).toBe(true);
  });

  it('deletes a file', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/file', {});
    await using session = await openTo(partner);

    await remove(session, path('/file'));

    await expect(sizeOf(session, path('/file'))).rejects.toMatchObject({ replyCode: 550 });
  });

  it('says so where there is nothing to delete', async () => {
    await using partner = await startEmbedded();
    await using session = await openTo(partner);

    await expect(remove(session, path('/file'))).rejects.toMatchObject({ kind: 'refused', path: '/file' });
  });

  it('moves a file', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/from', { content: 'hello' }).putDirectory('/to');
    await using session = await openTo(partner);

    await rename(session, path('/from'), path('/to/there '));

    expect(partner.tree.bytesOf('/to/there ').toString()).toBe('hello');
  });

  it('makes the missing directories of a path, and is content where they are there', async () => {
    await using partner = await startEmbedded();
    partner.tree.putDirectory('/archive');
    await using session = await openTo(partner);

    await makeDirectories(session, path('/archive/2026/11'));
    await makeDirectories(session, path('/archive/2026/11'));

    const listing = await wholeListing(session, path('/archive/2026'), { maxEntries: 10 });
    expect(listing.subdirectories).toEqual(['/archive/2026/11']);
  });

  it('does not make a directory where a file is', async () => {
    await using partner = await startEmbedded();
    partner.tree.put('/archive', {});
    await using session = await openTo(partner);

    await expect(makeDirectories(session, path('/archive/2026'))).rejects.toMatchObject({
      name: 'FtpsError',
    });
  });

  it('refuses a name that the set encoding does not have, before anything is sent', async () => {
    await using partner = await startEmbedded();
    const settings = { ...partner.settings, encoding: 'latin1' };
    await using session = await openTo({ ...partner, settings });

    await expect(remove(session, path('/日本'))).rejects.toMatchObject({ kind: 'name-refused' });

    expect(partner.server.log.some(({ command }) => command === 'DELE')).toBe(false);
  });
});

describe('the zone of LIST times', () => {
  it.each([0, 60, -300, 345])('is found %i minutes east of UTC', async (minutes) => {
    await using partner = await startEmbedded({
      features: { mlsd: false, localTimeOffsetMinutes: minutes },
    });
    for (let day = 1; day <= 5; day++) {
      partner.tree.put(`/${day}`, { modified: new Date(Date.now() - day * 86_400_000) });
    }
    await using session = await openTo(partner);
    const { files } = await wholeListing(session, path('/'), { maxEntries: 10 });

    const zone = await measureZone(session, files);

    expect(zone).toEqual({ kind: 'offset', minutes });
  });

  it('is found by the majority where one file has changed since', async () => {
    await using partner = await startEmbedded({ features: { mlsd: false, localTimeOffsetMinutes: 120 } });
    for (let day = 1; day <= 3; day++) {
      partner.tree.put(`/${day}`, { modified: new Date(Date.now() - day * 86_400_000) });
    }
    await using session = await openTo(partner);
    const { files } = await wholeListing(session, path('/'), { maxEntries: 10 });
    partner.tree.put('/2', { modified: new Date(Date.now() - 2 * 86_400_000 + 30 * 60_000) });

    const zone = await measureZone(session, files);

    expect(zone).toEqual({ kind: 'offset', minutes: 120 });
  });

  it('stays unknown where the server has no MDTM', async () => {
    await using partner = await startEmbedded({ features: { mlsd: false, mdtm: false } });
    partner.tree.put('/file', {});
    await using session = await openTo(partner);
    const { files } = await wholeListing(session, path('/'), { maxEntries: 10 });

    const zone = await measureZone(session, files);

    expect(zone).toEqual({ kind: 'unknown' });
  });

  it('stays unknown where half of the files say this and half say that', async () => {
    await using partner = await startEmbedded({ features: { mlsd: false } });
    partner.tree.put('/1', { modified }).put('/2', { modified });
    await using session = await openTo(partner);
    const { files } = await wholeListing(session, path('/'), { maxEntries: 10 });
    partner.tree.put('/2', { modified: new Date(modified.getTime() + 3_600_000) });

    const zone = await measureZone(session, files);

    expect(zone).toEqual({ kind: 'unknown' });
  });
});
