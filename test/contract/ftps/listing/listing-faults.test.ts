import { describe, expect, it } from 'vitest';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import type { ListingError } from '../../../../lambdas/core/listing/listing.ts';
import { isComplete } from '../../../../lambdas/core/listing/listing.ts';
import { parseRemotePath, rootPath } from '../../../../lambdas/core/path/remote-path.ts';
import { listWholeDirectory } from '../../../../lambdas/ftps/listing/list-whole-directory.ts';
import { Pool } from '../../../../lambdas/ftps/session/pool.ts';
import type { FaultAction } from '../../../../testing/ftps-server/faults.ts';
import { type EmbeddedPartner, startEmbedded, useEmbedded } from '../servers/embedded-partner.ts';
import { openTo, timeoutsFor } from '../test-partner.ts';
import { walkToEnd } from './recorded-tree.ts';

const directory = parseRemotePath('/in');
const timeouts = timeoutsFor('none');
const manyEntries = { maxEntries: 1000 };

const partner = await useEmbedded();
for (const name of ['a', 'b', 'c', 'd']) partner.tree.put(`/in/${name}`, { content: name });

interface BadTransfer {
  readonly title: string;
  readonly do: FaultAction;
  readonly error: ListingError['kind'];
}

const lies: readonly BadTransfer[] = [
  {
    title: 'cut in the middle of a line, with 226',
    do: { kind: 'cut-data', afterBytes: 100, with: 'close-notify' },
    error: 'cut-short',
  },
  {
    title: 'reset in the middle, with 226',
    do: { kind: 'cut-data', afterBytes: 100, with: 'reset' },
    error: 'cut-short',
  },
  {
    title: 'truncated by the server, as Pure-FTPd does with 226',
    do: { kind: 'short-listing', lines: 2, code: 226, text: 'Output truncated to 2 matches' },
    error: 'truncated-by-server',
  },
  {
    title: 'unreadable, as vsftpd reports with 226',
    do: { kind: 'short-listing', lines: 0, code: 226, text: 'Transfer done (but failed to open directory).' },
    error: 'denied',
  },
  {
    title: 'with a line that is not an entry',
    do: { kind: 'garbage-lines', lines: ['type=file size=5 what is this'] },
    error: 'line-not-understood',
  },
];

describe('a listing', () => {
  it.each(lies)('$title is incomplete: $error', async (lie) => {
    await using session = await openTo(partner, { timeouts });
    partner.server.fault({ on: 'MLSD', do: lie.do });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(isComplete(listing)).toBe(false);
    expect(listing.errors.map(({ kind }) => kind)).toContain(lie.error);
  });

  it('reports a line that it does not understand, safe to print, and keeps the others', async () => {
    await using session = await openTo(partner, { timeouts });
    const garbage = Buffer.from('?\x1b[31m\xff', 'latin1');
    partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines: [garbage] } });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.errors).toEqual([{ kind: 'line-not-understood', line: '?\\x1b[31m\\xff' }]);
    expect(listing.files.length).toBe(4);
  });

  it('reports how many further lines it did not understand', async () => {
    await using session = await openTo(partner, { timeouts });
    partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines: Array(25).fill('what') } });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.errors.at(-1)).toEqual({ kind: 'line-not-understood', line: 'and 5 more lines' });
  });

  it.each([
    ['endless lines that are not entries', Array.from({ length: 2000 }, () => 'type=cdir; .'), {}],
    ['more bytes than entries can need', ['type=cdir; .'], { maxBytes: 100 }],
  ])('is aborted where it has %s', async (_, lines, limits) => {
    await using session = await openTo(partner, { timeouts });
    partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines } });

    const listing = await listWholeDirectory(session, directory, { maxEntries: 100, ...limits });

    expect(listing.errors).toEqual([{ kind: 'too-many-entries', limit: 100 }]);
    expect(session.lost).toBe(true);
  });

  it('does not take a line for an entry that is too long to be one', async () => {
    await using session = await openTo(partner, { timeouts });
    const lines = [`type=file;size=1; ${'x'.repeat(10_000)}`];
    partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines } });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.errors.map(({ kind }) => kind)).toContain('line-not-understood');
    expect(listing.files).toHaveLength(4);
    expect(listing.refused).toEqual([]);
  });

  it('is aborted where it has too many entries, and the session is gone', async () => {
    await using session = await openTo(partner, { timeouts });

    const listing = await listWholeDirectory(session, directory, { maxEntries: 3 });

    expect(listing.errors).toEqual([{ kind: 'too-many-entries', limit: 3 }]);
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
  ] satisfies [string, FaultAction, FtpsErrorKind][])(
    'fails where the server sends %s',
    async (_title, action, kind) => {
      await using session = await openTo(partner, { timeouts: timeoutsFor(kind) });
      partner.server.fault({ on: 'MLSD', do: action });

      await expect(listWholeDirectory(session, directory, manyEntries)).rejects.toMatchObject({ kind });
    },
  );

  it('falls back to LIST where MLSD is offered and then refused', async () => {
    await using session = await openTo({ ...partner, settings: { ...partner.settings } });
    partner.server.fault({ on: 'MLSD', do: { kind: 'reply', code: 500, text: 'Unknown command.' } });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.files.length).toBe(4);
    expect(listing.files[0]?.modified?.clock).toBe('server');
  });

  it.each([
    ['reset', 'reset'],
    ['bare FIN', 'fin'],
  ] as const)('does not give up hidden files after a %s before the first line of LIST -a', async (_, way) => {
    await using old = await startEmbedded({ features: { mlsd: false } });
    old.tree.put('/in/a', {});
    old.server.fault({ on: 'LIST', times: 1, do: { kind: 'cut-data', afterBytes: 0, with: way } });
    await using session = await openTo(old, { timeouts });

    const cut = await listWholeDirectory(session, directory, manyEntries);
    const next = await listWholeDirectory(session, directory, manyEntries);

    const commands = old.server.log.filter(({ command }) => command === 'LIST');
    expect(cut.errors).toMatchObject([{ kind: 'cut-short' }]);
    expect(next.errors).toEqual([]);
    expect(commands.map(({ argument }) => argument)).toEqual(commands.map(() => '-a'));
  });

  it('tries MLSD where the server has no FEAT', async () => {
    await using silent = await startEmbedded({ features: { feat: false } });
    silent.tree.put('/in/a', {});
    await using session = await openTo(silent);

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.files[0]?.modified?.clock).toBe('utc');
  });

  it('is decoded with connection.encoding', async () => {
    await using latin = await startEmbedded({ features: { utf8: false } });
    latin.tree.put(Buffer.from('/in/caf\xe9', 'latin1'), { content: 'x' });
    const settings = { ...latin.settings, encoding: 'iso-8859-1' };
    await using session = await openTo({ ...latin, settings });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.files.map(({ path }) => path)).toEqual(['/in/café']);
  });
});

describe('a listing from a server that never sends close_notify', () => {
  async function startBare() {
    const bare = await startEmbedded({ features: { closeNotify: false } });
    for (const name of ['a', 'b', 'c', 'd']) bare.tree.put(`/in/${name}`, { content: name });
    return bare;
  }

  function listings({ server }: EmbeddedPartner): number {
    return server.log.filter(({ command }) => command === 'MLSD').length;
  }

  it('is whole where a second one has the same names, though a file has grown', async () => {
    await using bare = await startBare();
    const grow = () => bare.tree.put('/in/a', { content: 'longer' });
    bare.server.fault({ on: 'MLSD', after: 1, do: { kind: 'beforehand', change: grow } });
    await using session = await openTo(bare, { timeouts });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.errors).toEqual([]);
    expect(listing.files).toHaveLength(4);
    expect(listings(bare)).toBe(2);
  });

  it.each([
    ['the first', 0],
    ['the second', 1],
  ])('is incomplete where %s one ends early at the end of a line', async (_, after) => {
    await using bare = await startBare();
    bare.server.fault({ on: 'MLSD', after, times: 1, do: { kind: 'short-listing', lines: 2 } });
    await using session = await openTo(bare, { timeouts });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.errors).toMatchObject([{ kind: 'cut-short' }]);
  });

  it('is incomplete where the second one is reset', async () => {
    await using bare = await startBare();
    const reset = { kind: 'cut-data', afterBytes: 100, with: 'reset' } as const;
    bare.server.fault({ on: 'MLSD', after: 1, times: 1, do: reset });
    await using session = await openTo(bare, { timeouts });

    const listing = await listWholeDirectory(session, directory, manyEntries);

    expect(listing.errors).toMatchObject([{ kind: 'cut-short' }]);
  });

  it('fails where the second one is refused', async () => {
    await using bare = await startBare();
    bare.server.fault({ on: 'MLSD', after: 1, do: { kind: 'reply', code: 450, text: 'Busy.' } });
    await using session = await openTo(bare, { timeouts });

    const listed = listWholeDirectory(session, directory, manyEntries);

    await expect(listed).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('a walk', () => {
  async function walkAll(from: EmbeddedPartner, maxDepth = 64) {
    await using pool = new Pool(() => openTo(from, { timeouts }), { maxSessions: 2, rampMs: 1 });
    return await walkToEnd(pool, rootPath, { maxDepth });
  }

  it('retries a directory that failed once', async () => {
    partner.server.fault({ on: 'MLSD', path: '/in', times: 1, do: { kind: 'cut-control', when: 'before' } });

    const { counts } = await walkAll(partner);

    expect(counts).toEqual({ directories: 2, files: 4, incomplete: 0 });
  });

  it('lists a directory again that a bare FIN ended at the end of a line', async () => {
    partner.server.fault({
      on: 'MLSD',
      path: '/in',
      times: 1,
      do: { kind: 'cut-data', afterBytes: 0, with: 'fin' },
    });

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

  it('reports a directory that may not be read, and continues', async () => {
    await using locked = await startEmbedded();
    locked.tree.putDirectory('/locked', { unreadable: true }).put('/open/a', {});

    const { counts, listings } = await walkAll(locked);

    expect(counts).toEqual({ directories: 3, files: 1, incomplete: 1 });
    expect(listings.find((each) => each.directory === '/locked')?.errors).toMatchObject([{ kind: 'denied' }]);
  });

  it('reports a directory that is cut short every time, with the names received', async () => {
    partner.server.fault({
      on: 'MLSD',
      path: '/in',
      do: { kind: 'cut-data', afterBytes: 100, with: 'close-notify' },
    });

    const { counts } = await walkAll(partner);

    expect(counts.incomplete).toBe(1);
  });

  it('stops at the depth limit and reports where', async () => {
    await using deep = await startEmbedded();
    deep.tree.put('/1/2/3/file', {});

    const { listings } = await walkAll(deep, 2);

    expect(listings.find((each) => each.errors.length > 0)).toMatchObject({
      directory: '/1/2/3',
      errors: [{ kind: 'too-deep', limit: 2 }],
    });
  });

  it('enters no more directories than allowed, and reports which listing has others', async () => {
    await using wide = await startEmbedded();
    for (const name of ['1', '2', '3']) wide.tree.put(`/wide/${name}/file`, {});
    await using pool = new Pool(() => openTo(wide, { timeouts }), { maxSessions: 2, rampMs: 1 });

    const { counts, listings } = await walkToEnd(pool, rootPath, { maxDirectories: 4 });

    const faults = listings.flatMap((each) => each.errors.map((error) => [each.directory, error]));
    expect(counts).toEqual({ directories: 4, files: 2, incomplete: 1 });
    expect(faults).toEqual([['/wide', { kind: 'too-many-entries', limit: 4 }]]);
  });

  it('fails where the root is missing', async () => {
    await using pool = new Pool(() => openTo(partner), { maxSessions: 2 });
    const root = parseRemotePath('/missing');

    const walking = walkToEnd(pool, root);

    await expect(walking).rejects.toMatchObject({ kind: 'gone', path: root });
  });

  it('fails with the error of the sink', async () => {
    await using pool = new Pool(() => openTo(partner), { maxSessions: 2 });
    const lastError = new Error('no place to put it');
    const sinkFor = () => ({ add: () => Promise.reject(lastError), end: async () => {}, abandon: () => {} });

    const walking = walkToEnd(pool, rootPath, { sinkFor });

    await expect(walking).rejects.toBe(lastError);
  });

  it('fails after one try where the login is refused', async () => {
    await using strict = await startEmbedded();
    const wrong = { ...strict, credentials: { ...strict.credentials, password: 'wrong' } };
    await using pool = new Pool(() => openTo(wrong), { maxSessions: 4, rampMs: 1 });

    const walking = walkToEnd(pool, rootPath);

    await expect(walking).rejects.toMatchObject({ kind: 'login-refused' });
    expect(strict.server.log.filter(({ command }) => command === 'PASS').length).toBe(1);
  });
});
