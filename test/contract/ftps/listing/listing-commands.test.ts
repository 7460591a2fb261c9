import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { listWholeDirectory } from '../../../../lambdas/ftps/listing/list-whole-directory.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { Pool } from '../../../../lambdas/ftps/session/pool.ts';
import type { Session } from '../../../../lambdas/ftps/session/session.ts';
import { download } from '../../../../lambdas/ftps/transfer/download.ts';
import type { FaultAction } from '../../../../testing/ftps-server/faults.ts';
import type { ServerFeatures } from '../../../../testing/ftps-server/options.ts';
import { type EmbeddedPartner, startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';
import { walkToEnd } from './recorded-tree.ts';

const out = parseRemotePath('/out');
const limits = { maxEntries: 1000 };
const timeouts = { explanationMs: 400 };

async function startWith(files: readonly string[], features: ServerFeatures = {}) {
  const partner = await startEmbedded({ features });
  partner.tree.putDirectory('/out');
  for (const name of files) partner.tree.put(`/out/${name}`, { content: name });
  return partner;
}

async function namesOf(session: Session, directory = out): Promise<readonly string[]> {
  const { files, errors } = await listWholeDirectory(session, directory, limits);
  expect(errors).toEqual([]);
  return files.map(({ path }) => path.slice(directory.length + 1));
}

/** The listing commands that the server received, and the types. */
function commandsOf({ server }: EmbeddedPartner): string[] {
  return server.log
    .filter(({ command }) => ['MLSD', 'LIST', 'TYPE', 'SIZE', 'RETR'].includes(command))
    .map(({ command, argument }) =>
      command === 'SIZE' || command === 'RETR' ? command : `${command} ${argument}`,
    );
}

const blankFirst = [
  ' type=file;size=4;modify=20261130043301; a.csv',
  ' type=file;size=8;modify=20261130043301; b.csv',
].map((line) => line.replace('type=file', 'kind=file'));

const uselessMlsd: readonly (readonly [string, FaultAction])[] = [
  ['550', { kind: 'reply', code: 550, text: 'MLSD: operation not supported' }],
  ['501', { kind: 'reply', code: 501, text: 'Missing parameters' }],
  ['451', { kind: 'reply', code: 451, text: 'MLSD is not available on this volume' }],
  ['lines that are not of MLSD', { kind: 'listing-lines', lines: blankFirst }],
  ['lines of LIST', { kind: 'listing-lines', lines: ['-rw-r--r-- 1 o g 4 Nov 20 08:10 a.csv'] }],
  ['nothing', { kind: 'empty-listing' }],
];

describe('MLSD that is offered and answers', () => {
  it.each(uselessMlsd)('%s gives way to LIST, once for all directories', async (_, fault) => {
    await using partner = await startWith(['a.csv', 'b.csv']);
    partner.tree.put('/in/c.csv', {});
    partner.server.fault({ on: 'MLSD', do: fault });
    await using session = await openTo(partner, { timeouts });

    const first = await namesOf(session);
    const second = await namesOf(session, parseRemotePath('/in'));

    expect([first, second]).toEqual([['a.csv', 'b.csv'], ['c.csv']]);
    expect(commandsOf(partner)).toEqual(['TYPE I', 'MLSD ', 'LIST -a', 'LIST -a']);
    expect(session.behaviour.uselessMlsd).toBeDefined();
  });

  it('nothing for an empty directory is believed where LIST shows nothing either', async () => {
    await using partner = await startWith([]);
    partner.server.fault({ on: 'MLSD', path: '/out', do: { kind: 'empty-listing' } });
    partner.tree.put('/in/c.csv', {});
    await using session = await openTo(partner, { timeouts });

    const empty = await namesOf(session);
    const other = await namesOf(session, parseRemotePath('/in'));
    const again = await namesOf(session);

    expect([empty, other, again]).toEqual([[], ['c.csv'], []]);
    expect(commandsOf(partner)).toEqual(['TYPE I', 'MLSD ', 'LIST -a', 'LIST ', 'MLSD ', 'MLSD ']);
    expect(session.behaviour.uselessMlsd).toBeUndefined();
  });

  it('lines that no one understands stays an error where LIST shows nothing', async () => {
    await using partner = await startWith(['a.csv']);
    partner.server.fault({ on: 'MLSD', do: { kind: 'listing-lines', lines: ['what is this'] } });
    partner.server.fault({ on: 'LIST', do: { kind: 'empty-listing' } });
    await using session = await openTo(partner, { timeouts });

    const listing = await listWholeDirectory(session, out, limits);

    expect(listing.errors).toMatchObject([{ kind: 'line-not-understood' }]);
  });

  it('550 is an error where LIST is refused as well', async () => {
    await using partner = await startWith([]);
    const denied = { kind: 'reply', code: 550, text: 'Permission denied.' } as const;
    partner.server.fault({ on: 'MLSD', do: denied });
    partner.server.fault({ on: 'LIST', do: denied });
    await using session = await openTo(partner, { timeouts });

    const listing = listWholeDirectory(session, out, limits);

    await expect(listing).rejects.toMatchObject({ kind: 'refused', replyCode: 550 });
  });

  it('is not asked where connection.listing is list, and alone where it is mlsd', async () => {
    await using partner = await startWith(['a.csv']);
    const settings = (listing: 'list' | 'mlsd') => ({ ...partner.settings, listing });
    await using lister = await openTo({ ...partner, settings: settings('list') }, { timeouts });
    await using strict = await openTo({ ...partner, settings: settings('mlsd') }, { timeouts });

    const listed = await namesOf(lister);
    partner.server.fault({ on: 'MLSD', do: { kind: 'reply', code: 550, text: 'No.' } });
    const refused = listWholeDirectory(strict, out, limits);

    expect(listed).toEqual(['a.csv']);
    await expect(refused).rejects.toMatchObject({ replyCode: 550 });
    expect(commandsOf(partner)).toEqual(['TYPE I', 'TYPE I', 'LIST -a', 'MLSD ']);
  });
});

it.each<[string, FaultAction]>([
  ['hangs up', { kind: 'cut-control', when: 'before' }],
  ['falls silent', { kind: 'stall-data', afterBytes: 0 }],
])('A server that %s at each MLSD is listed by LIST', async (_, fault) => {
  await using partner = await startWith(['a.csv', 'b.csv']);
  partner.server.fault({ on: 'MLSD', do: fault });
  const open = () => openTo(partner, { timeouts: { idleMs: 300, explanationMs: 300 } });
  await using pool = new Pool(open, { maxSessions: 1, rampMs: 1 });

  const { listings } = await walkToEnd(pool, out);

  expect(listings).toMatchObject([{ errors: [], files: [{ path: '/out/a.csv' }, { path: '/out/b.csv' }] }]);
});

it('MLSD is asked again after two sessions that the network may have cut', async () => {
  await using partner = await startWith(['a.csv']);
  const cut = { kind: 'cut-control', when: 'before' } as const;
  partner.server.fault({ on: 'MLSD', times: 2, do: cut });
  const open = () => openTo(partner, { timeouts: { idleMs: 300, explanationMs: 300 } });
  await using pool = new Pool(open, { maxSessions: 1, rampMs: 1 });

  await walkToEnd(pool, out);
  await walkToEnd(pool, out);

  const commands = partner.server.log.map(({ command }) => command);
  expect(commands.filter((command) => command === 'MLSD' || command === 'LIST')).toEqual([
    ...['MLSD', 'MLSD', 'LIST'],
    'MLSD',
  ]);
});

it('Lines of MLSD with a blank in front, as a server sends them, do not hide its files', async () => {
  await using partner = await startWith(['a.csv', 'b.csv']);
  const lines = [
    ' type=file;size=4;modify=20261130043301; a.csv',
    ' type=file;size=8;modify=20261130043301; b.csv',
  ];
  partner.server.fault({ on: 'MLSD', do: { kind: 'listing-lines', lines } });
  await using session = await openTo(partner, { timeouts });

  const names = await namesOf(session);

  expect(names).toEqual(['a.csv', 'b.csv']);
});

describe('LIST -a', () => {
  it('is no proof where it shows a total alone, as for a file of that name', async () => {
    await using partner = await startWith(['a.csv', 'b.csv'], { mlsd: false, listOptionIsName: true });
    await using session = await openTo(partner, { timeouts });

    const names = await namesOf(session);

    expect(names).toEqual(['a.csv', 'b.csv']);
  });

  it('is a proof where it shows the directory itself', async () => {
    await using partner = await startWith([], { mlsd: false });
    const lines = ['total 0', 'drwxr-xr-x 2 o g 64 Nov 20 08:10 .', 'drwxr-xr-x 9 o g 64 Nov 20 08:10 ..'];
    partner.server.fault({ on: 'LIST', do: { kind: 'listing-lines', lines } });
    await using session = await openTo(partner, { timeouts });

    const names = await namesOf(session);

    expect(names).toEqual([]);
    expect(commandsOf(partner)).toEqual(['TYPE I', 'LIST -a']);
  });
});

describe.each([
  ['MLSD', {}],
  ['LIST', { mlsd: false }],
] as const)('a directory without entries, by %s', (command, features) => {
  it.each([
    ['550', 'No files found.', 'at once'],
    ['550', 'No data sets found.', 'at once'],
    ['450', 'No files found', 'at once'],
    ['550', 'No members found.', 'after 150'],
    ['450', 'Keine Dateien gefunden', 'after 150'],
  ])('is empty where the server says %s %s %s', async (code, text, when) => {
    await using partner = await startWith([], features);
    const kind = when === 'at once' ? 'reply' : 'final-reply';
    for (const on of ['MLSD', 'LIST']) partner.server.fault({ on, do: { kind, code: Number(code), text } });
    await using session = await openTo(partner, { timeouts });

    const names = await namesOf(session);

    expect(names).toEqual([]);
    expect(session.lost).toBe(false);
  });

  it.each(['Permission denied.', 'The system cannot find the file specified.', '/out: No such directory.'])(
    'is a fault where the server says 550 %s',
    async (text) => {
      await using partner = await startWith([], features);
      for (const on of ['MLSD', 'LIST']) partner.server.fault({ on, do: { kind: 'reply', code: 550, text } });
      await using session = await openTo(partner, { timeouts });

      const listing = listWholeDirectory(session, out, limits);

      await expect(listing).rejects.toThrow(`listing /out failed: the server answered 550 ${text}`);
    },
  );

  it.each(['fin', 'reset', 'never'] as const)(
    'is empty where the data connection is unused, and ends with %s',
    async (ends) => {
      await using partner = await startWith([], features);
      partner.tree.put('/in/c.csv', {});
      for (const begins of ['with-150', 'at-once'] as const) {
        for (const on of ['MLSD', 'LIST']) {
          partner.server.fault({ on, path: '/out', do: { kind: 'unused-data', ends, begins } });
        }
        await using session = await openTo({ ...partner, settings: { ...partner.settings } }, { timeouts });

        const names = await namesOf(session);
        const others = await namesOf(session, parseRemotePath('/in'));

        expect([begins, names, others, session.lost]).toEqual([begins, [], ['c.csv'], false]);
        partner.server.clearFaults();
      }
      expect(partner.server.log.map(({ command: each }) => each)).toContain(command);
    },
  );

  it('is empty at once where an unused data connection has a reply that says so', async () => {
    await using partner = await startWith([], features);
    const text = 'No files found, no data connection opened.';
    for (const on of ['MLSD', 'LIST']) {
      partner.server.fault({ on, do: { kind: 'unused-data', ends: 'never', begins: 'at-once', text } });
    }
    await using session = await openTo(partner, { timeouts });

    const names = await namesOf(session);

    expect(names).toEqual([]);
    expect(session.behaviour.dataTls).toBe('early');
  });
});

describe('a data connection that is closed before TLS', () => {
  it('is tried again, and the names count that come then', async () => {
    await using partner = await startWith(['a.csv']);
    partner.server.fault({ on: 'MLSD', times: 1, do: { kind: 'unused-data', ends: 'fin' } });
    await using session = await openTo(partner, { timeouts });

    const names = await namesOf(session);

    const commands = partner.server.log.map(({ command: each }) => each);
    expect(names).toEqual(['a.csv']);
    expect(commands.filter((each) => ['MLSD', 'LIST'].includes(each))).toEqual(['MLSD', 'MLSD']);
  });

  it.each(['fin', 'reset', 'never'] as const)('does not fail an empty file (%s)', async (ends) => {
    await using partner = await startWith([]);
    partner.tree.put('/out/empty', { content: '' });
    partner.server.fault({ on: 'RETR', do: { kind: 'unused-data', ends } });
    await using session = await openTo(partner, { timeouts });
    const file = { path: parseRemotePath('/out/empty'), sizeBytes: 0 };

    const downloaded = await download(session, file, { write: () => undefined });

    expect(downloaded).toMatchObject({ bytes: 0, sizeBytes: 0, afterwards: 'same' });
    expect(session.behaviour.dataTls).toBe('early');
  });

  it.each(['fin', 'reset', 'never'] as const)('fails a file that has bytes (%s)', async (ends) => {
    await using partner = await startWith(['a.csv']);
    partner.server.fault({ on: 'RETR', do: { kind: 'unused-data', ends } });
    await using session = await openTo(partner, { timeouts });
    const file = { path: parseRemotePath('/out/a.csv'), sizeBytes: 5 };

    const downloading = download(session, file, { write: () => undefined });

    await expect(downloading).rejects.toThrow(/did not use the data connection, or closed it before TLS/);
    expect(session.lost).toBe(false);
  });
});

describe('a server that lists with TYPE A alone', () => {
  it.each([{}, { mlsd: false }])('is listed so, and has TYPE I for files (%j)', async (features) => {
    await using partner = await startWith(['a.csv'], { ...features, listsInAsciiOnly: true });
    await using session = await openTo(partner, { timeouts });

    const first = await namesOf(session);
    const stat = await statFile(session, parseRemotePath('/out/a.csv'));
    await download(
      session,
      { path: parseRemotePath('/out/a.csv'), sizeBytes: 5 },
      { write: () => undefined },
    );
    const second = await namesOf(session);

    const list = 'mlsd' in features ? 'LIST -a' : 'MLSD ';
    expect([first, second, stat?.sizeBytes]).toEqual([['a.csv'], ['a.csv'], 5]);
    expect(commandsOf(partner)).toEqual(
      ['TYPE I', list, 'TYPE A', list, 'TYPE I', 'SIZE', 'SIZE', 'RETR', 'SIZE'].concat([
        'TYPE A',
        list,
        'TYPE I',
      ]),
    );
  });

  it('is said to refuse the listing, and not a name, where TYPE A does not help', async () => {
    await using partner = await startWith(['a.csv'], { mlsd: false });
    const refused = { kind: 'reply', code: 501, text: 'LIST command invalid with TYPE binary' } as const;
    partner.server.fault({ on: 'LIST', do: refused });
    await using session = await openTo(partner, { timeouts });

    const listing = listWholeDirectory(session, out, limits);

    await expect(listing).rejects.toMatchObject({ kind: 'refused', replyCode: 501 });
    expect(commandsOf(partner).at(-1)).toBe('TYPE I');
  });
});
