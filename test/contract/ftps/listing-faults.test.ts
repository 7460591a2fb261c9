import { describe, expect, it } from 'vitest';
import { Pool } from '../../../lambdas/ftps/pool.ts';
import type { Timeouts } from '../../../lambdas/ftps/timeouts.ts';
import { wholeListing } from '../../../lambdas/ftps/whole-listing.ts';
import type { ListingFault } from '../../../lambdas/sync/listing.ts';
import { isComplete } from '../../../lambdas/sync/listing.ts';
import { parseRemotePath, rootPath } from '../../../lambdas/sync/remote-path.ts';
import type { FaultAction } from '../../support/ftps-server/faults.ts';
import { type EmbeddedPartner, startEmbedded, useEmbedded } from './embedded-partner.ts';
import { openTo } from './test-partner.ts';
import { walkTree } from './walk-tree.ts';

const directory = parseRemotePath('/in');
const timeouts: Partial<Timeouts> = { idleMs: 300, finalReplyMs: 300, explanationMs: 150 };
const manyEntries = { maxEntries: 1000 };

const partner = await useEmbedded();
for (const name of ['a', 'b', 'c', 'd']) partner.tree.put(`/in/${name}`, { content: name });

interface Lie {
  readonly title: string;
  readonly do: FaultAction;
  readonly fault: ListingFault['kind'];
}

const lies: readonly Lie[] = [
  {
    title: 'cut in the middle of a line, with 226',
    do: { kind: 'cut-data', afterBytes: 100, with: 'close-notify' },
    fault: 'cut-short',
  },
  {
    title: 'reset in the middle, with 226',
    do: { kind: 'cut-data', afterBytes: 100, with: 'reset' },
    fault: 'cut-short',
  },
  {
    title: 'truncated by the server, as Pure-FTPd does with 226',
    do: { kind: 'short-listing', lines: 2, code: 226, text: 'Output truncated to 2 matches' },
    fault: 'truncated-by-server',
  },
  {
    title: 'unreadable, as vsftpd says with 226',
    do: { kind: 'short-listing', lines: 0, code: 226, text: 'Transfer done (but failed to open directory).' },
    fault: 'denied',
  },
  {
    title: 'with a line that is no entry',
    do: { kind: 'garbage-lines', lines: ['type=file size=5 what is this'] },
    fault: 'line-not-understood',
  },
];

describe('a listing', () => {
  it.each(lies)('$title is not complete: $fault', async (lie) => {
    await using session = await openTo(partner, { timeouts });
    partner.server.fault({ on: 'MLSD', do: lie.do });

    const listing = await wholeListing(session, directory, manyEntries);

    expect(isComplete(listing)).toBe(false);
    expect(listing.faults.map(({ kind }) => kind)).toContain(lie.fault);
  });

  it('shows a line that it does not understand, safe to print, and keeps the others', async () => {
    await using session = await openTo(partner, { timeouts });
    const garbage = Buffer.from('?\x1b[31m\xff', 'latin1');
    partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines: [garbage] } });

    const listing = await wholeListing(session, directory, manyEntries);

    expect(listing.faults).toEqual([{ kind: 'line-not-understood', line: '?\\x1b[31m\\xff' }]);
    expect(listing.files.length).toBe(4);
  });

  it('tells how many lines it did not understand beyond those it shows', async () => {
    await using session = await openTo(partner, { timeouts });
    partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines: Array(25).fill('what') } });

    const listing = await wholeListing(session, directory, manyEntries);

    expect(listing.faults.at(-1)).toEqual({ kind: 'line-not-understood', line: 'and 5 more lines' });
  });

  it.each([
    ['lines that are no entry without end', Array.from({ length: 2000 }, () => 'type=cdir; .'), {}],
    ['more bytes than entries can need', ['type=cdir; .'], { maxBytes: 100 }],
  ])('is broken off where it has %s', async (_, lines, limits) => {
    await using session = await openTo(partner, { timeouts });
    partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines } });

    const listing = await wholeListing(session, directory, { maxEntries: 100, ...limits });

    expect(listing.faults).toEqual([{ kind: 'too-many-entries', limit: 100 }]);
    expect(session.lost).toBe(true);
  });

  it('does not take a line for an entry that is longer than one can be', async () => {
    await using session = await openTo(partner, { timeouts });
    const lines = [`type=file;size=1; ${'x'.repeat(10_000)}`];
    partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines } });

    const listing = await wholeListing(session, directory, manyEntries);

    expect(listing.faults.map(({ kind }) => kind)).toContain('line-not-understood');
    expect(listing.files).toHaveLength(4);
    expect(listing.refused).toEqual([]);
  });

  it('is broken off where it has too many entries, and the session is gone', async () => {
    await using session = await openTo(partner, { timeouts });

    const listing = await wholeListing(session, directory, { maxEntries: 3 });

    expect(listing.faults).toEqual([{ kind: 'too-many-entries', limit: 3 }]);
    expect(session.lost).toBe(true);
  });

  it.each([
    [
      'half of it and 451',
      { kind: 'short-listing', lines: 2, code: 451, text: 'Read error.' },
      'unavailable',
    ],
    ['half of it and then nothing', { kind: 'stall-data', afterBytes: 100 }, 'timeout'],
    ['the end of the control connection', { kind: 'cut-control', when: 'before' }, 'connection-lost'],
    ['450 to MLSD', { kind: 'reply', code: 450, text: 'Busy.' }, 'unavailable'],
  ] satisfies [string, FaultAction, string][])(
    'fails where the server sends %s',
    async (_title, action, kind) => {
      await using session = await openTo(partner, { timeouts });
      partner.server.fault({ on: 'MLSD', do: action });

      await expect(wholeListing(session, directory, manyEntries)).rejects.toMatchObject({ kind });
    },
  );

  it('is read with LIST where MLSD is announced and then refused', async () => {
    await using session = await openTo({ ...partner, settings: { ...partner.settings } });
    partner.server.fault({ on: 'MLSD', do: { kind: 'reply', code: 500, text: 'Unknown command.' } });

    const listing = await wholeListing(session, directory, manyEntries);

    expect(listing.files.length).toBe(4);
    expect(listing.files[0]?.modified?.clock).toBe('server');
  });

  it('is read with MLSD by trying where the server has no FEAT', async () => {
    await using silent = await startEmbedded({ features: { feat: false } });
    silent.tree.put('/in/a', {});
    await using session = await openTo(silent);

    const listing = await wholeListing(session, directory, manyEntries);

    expect(listing.files[0]?.modified?.clock).toBe('utc');
  });

  it('without names in the set encoding is read in that encoding', async () => {
    await using latin = await startEmbedded({ features: { utf8: false } });
    latin.tree.put(Buffer.from('/in/caf\xe9', 'latin1'), { content: 'x' });
    const settings = { ...latin.settings, encoding: 'iso-8859-1' };
    await using session = await openTo({ ...latin, settings });

    const listing = await wholeListing(session, directory, manyEntries);

    expect(listing.files.map(({ path }) => path)).toEqual(['/in/café']);
  });
});

describe('a walk', () => {
  async function walkAll(from: EmbeddedPartner, maxDepth = 64) {
    await using pool = new Pool(() => openTo(from, { timeouts }), { maxSessions: 2, rampMs: 1 });
    return await walkTree(pool, rootPath, { maxDepth });
  }

  it('tries a directory again that failed once', async () => {
    partner.server.fault({ on: 'MLSD', path: '/in', times: 1, do: { kind: 'cut-control', when: 'before' } });

    const { counts } = await walkAll(partner);

    expect(counts).toEqual({ directories: 2, files: 4, incomplete: 0 });
  });

  it('enters a directory once that is listed twice', async () => {
    await using twice = await startEmbedded();
    twice.tree.put('/sub/file', {});
    const lines = ['type=dir; sub', 'type=dir; sub'];
    twice.server.fault({ on: 'MLSD', path: '/', do: { kind: 'garbage-lines', lines } });

    const { counts } = await walkAll(twice);

    expect(counts).toEqual({ directories: 2, files: 1, incomplete: 0 });
  });

  it('reports a directory that may not be read, and goes on', async () => {
    await using locked = await startEmbedded();
    locked.tree.putDirectory('/locked', { unreadable: true }).put('/open/a', {});

    const { counts, listings } = await walkAll(locked);

    expect(counts).toEqual({ directories: 3, files: 1, incomplete: 1 });
    expect(listings.find((each) => each.directory === '/locked')?.faults).toMatchObject([{ kind: 'denied' }]);
  });

  it('reports a directory that is cut short every time, with what was understood', async () => {
    partner.server.fault({
      on: 'MLSD',
      path: '/in',
      do: { kind: 'cut-data', afterBytes: 100, with: 'close-notify' },
    });

    const { counts } = await walkAll(partner);

    expect(counts.incomplete).toBe(1);
  });

  it('stops at the depth limit and says where', async () => {
    await using deep = await startEmbedded();
    deep.tree.put('/1/2/3/file', {});

    const { listings } = await walkAll(deep, 2);

    expect(listings.find((each) => each.faults.length > 0)).toMatchObject({
      directory: '/1/2/3',
      faults: [{ kind: 'too-deep', limit: 2 }],
    });
  });

  it('enters no more directories than it may, and says which listing has others', async () => {
    await using wide = await startEmbedded();
    for (const name of ['1', '2', '3']) wide.tree.put(`/wide/${name}/file`, {});
    await using pool = new Pool(() => openTo(wide, { timeouts }), { maxSessions: 2, rampMs: 1 });

    const { counts, listings } = await walkTree(pool, rootPath, { maxDirectories: 4 });

    const faults = listings.flatMap((each) => each.faults.map((fault) => [each.directory, fault]));
    expect(counts).toEqual({ directories: 4, files: 2, incomplete: 1 });
    expect(faults).toEqual([['/wide', { kind: 'too-many-entries', limit: 4 }]]);
  });

  it('fails where the root is missing', async () => {
    await using pool = new Pool(() => openTo(partner), { maxSessions: 2 });
    const root = parseRemotePath('/missing');

    const walking = walkTree(pool, root);

    await expect(walking).rejects.toMatchObject({ kind: 'gone', path: root });
  });

  it('fails with what hears the listings', async () => {
    await using pool = new Pool(() => openTo(partner), { maxSessions: 2 });
    const failure = new Error('no place to put it');
    const sinkFor = () => ({ add: () => Promise.reject(failure), end: async () => {}, abandon: () => {} });

    const walking = walkTree(pool, rootPath, { sinkFor });

    await expect(walking).rejects.toBe(failure);
  });

  it('fails where nobody may log in, after one try', async () => {
    await using strict = await startEmbedded();
    const wrong = { ...strict, credentials: { ...strict.credentials, password: 'wrong' } };
    await using pool = new Pool(() => openTo(wrong), { maxSessions: 4, rampMs: 1 });

    const walking = walkTree(pool, rootPath);

    await expect(walking).rejects.toMatchObject({ kind: 'login-refused' });
    expect(strict.server.log.filter(({ command }) => command === 'PASS').length).toBe(1);
  });
});
