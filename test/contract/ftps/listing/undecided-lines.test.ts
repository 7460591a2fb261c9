import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { listWholeDirectory } from '../../../../lambdas/ftps/listing/list-whole-directory.ts';
import type { ServerFeatures } from '../../../../testing/ftps-server/options.ts';
import { type EmbeddedPartner, startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const directory = parseRemotePath('/in');
const now = () => new Date('2026-11-20T12:00:00Z');

/** A server without MLSD, with files of five bytes. */
async function startWith(
  files: readonly string[],
  { features = {}, modified }: { features?: ServerFeatures; modified?: Date } = {},
): Promise<EmbeddedPartner> {
  const partner = await startEmbedded({ features: { mlsd: false, ...features } });
  partner.tree.putDirectory('/in');
  for (const name of files) {
    partner.tree.put(`/in/${name}`, { content: '12345', ...(modified === undefined ? {} : { modified }) });
  }
  return partner;
}

async function listed(partner: EmbeddedPartner, lines: readonly string[]) {
  const clear = partner.server.fault({ on: 'LIST', do: { kind: 'listing-lines', lines } });
  await using session = await openTo(partner);
  const { files, errors } = await listWholeDirectory(session, directory, { maxEntries: 1000, now });
  clear();
  return {
    names: files.map(({ path }) => path.slice('/in/'.length)).sort(),
    times: files.map(({ modified }) => modified?.wallClock),
    errors: errors.map(({ kind }) => kind),
  };
}

const asked = ({ server }: EmbeddedPartner, name: string) =>
  server.log.filter(({ command }) => command === name).map(({ argument }) => argument);

describe('a name that may begin with a blank', () => {
  /** Some lines have one blank behind the year, and one has two: padding, or its name. */
  const lines = [
    '-rw-r--r-- 1 owner group 5 Feb 18 2026 a.csv',
    '-rw-r--r-- 1 owner group 5 Feb 18 2025  b.csv',
  ];

  it.each<[string, readonly string[], ServerFeatures, readonly string[], readonly string[]]>([
    ['is the one that exists', ['a.csv', ' b.csv'], {}, ['a.csv', ' b.csv'], []],
    ['is the other one that exists', ['a.csv', 'b.csv'], {}, ['a.csv', 'b.csv'], []],
    [
      'has no blank on a server that cuts blanks off',
      ['a.csv', 'b.csv'],
      { trimsNames: true },
      ['a.csv', 'b.csv'],
      [],
    ],
    ['is reported where neither exists', ['a.csv'], {}, ['a.csv'], ['line-not-understood']],
    [
      'is reported where the server has no SIZE',
      ['a.csv', 'b.csv'],
      { size: false },
      ['a.csv'],
      ['line-not-understood'],
    ],
  ])('%s', async (_, files, features, names, errors) => {
    await using partner = await startWith(files, { features });

    const listing = await listed(partner, lines);

    expect(listing).toMatchObject({ names: [...names].sort(), errors });
  });

  it('is that of a directory, which is entered once to see', async () => {
    await using partner = await startWith(['a.csv', 'b.csv']);
    partner.tree.putDirectory('/in/sub');
    partner.server.fault({
      on: 'LIST',
      do: { kind: 'listing-lines', lines: [...lines, 'drwxr-xr-x 1 owner group 5 Feb 18 2025  sub'] },
    });
    await using session = await openTo(partner);

    const { subdirectories, errors } = await listWholeDirectory(session, directory, { maxEntries: 10, now });

    expect([subdirectories, errors]).toEqual([['/in/sub'], []]);
  });

  it('is the one with the listed size where both exist', async () => {
    await using partner = await startWith(['a.csv', 'b.csv']);
    partner.tree.put('/in/ b.csv', { content: 'another size' });

    const listing = await listed(partner, lines);

    expect(listing).toMatchObject({ names: ['a.csv', 'b.csv'], errors: [] });
  });

  it('is not asked for where all lines agree, so that a file keeps its name when it grows old', async () => {
    await using partner = await startWith([], { features: { size: false } });
    const young = ['-rwxrwxrwx   1 owner    group         3553312 Nov 18 09:15 D3I0_515.fmr'];
    const old = ['-rwxrwxrwx   1 owner    group         3553312 Nov 18 2025  D3I0_515.fmr'];

    const listings = [await listed(partner, young), await listed(partner, old)];

    expect(listings.map(({ names, errors }) => [names, errors])).toEqual([
      [['D3I0_515.fmr'], []],
      [['D3I0_515.fmr'], []],
    ]);
    expect(asked(partner, 'SIZE')).toEqual([]);
  });

  it('is decided once where the server never ends a listing properly', async () => {
    await using partner = await startWith(['a.csv', 'b.csv'], { features: { closeNotify: false } });

    const listing = await listed(partner, lines);

    expect(listing).toMatchObject({ names: ['a.csv', 'b.csv'], errors: [] });
    expect(asked(partner, 'SIZE')).toHaveLength(2);
  });
});

describe('a date of dir that no line settles', () => {
  const lines = ['11-05-26  08:10                    5 a.csv', '10-05-26  08:10                    5 b.csv'];

  it('is settled by MDTM, once for the connection', async () => {
    await using partner = await startWith(['a.csv'], { modified: new Date('2026-05-11T06:10:00Z') });

    const first = await listed(partner, lines);
    const next = await listed(partner, lines);

    expect(first).toMatchObject({ times: ['2026-05-11T08:10:00', '2026-05-10T08:10:00'], errors: [] });
    expect(next).toEqual(first);
    expect(asked(partner, 'MDTM')).toEqual(['/in/a.csv', '/in/b.csv']);
  });

  it('is unknown, and never a wrong one, where the server has no MDTM', async () => {
    await using partner = await startWith(['a.csv', 'b.csv'], { features: { mdtm: false } });

    const listing = await listed(partner, lines);

    expect(listing).toEqual({ names: ['a.csv', 'b.csv'], times: [undefined, undefined], errors: [] });
  });
});

describe('a name that may have a line break', () => {
  const lines = [
    '-rw-r--r-- 1 owner group 5 Nov 18 09:15 a',
    'b.csv',
    '-rw-r--r-- 1 owner group 5 Nov 18 09:15 c.csv',
  ];

  it.each<[string, readonly string[], readonly string[]]>([
    ['is reported where the server does not know its first half', ['c.csv'], ['c.csv']],
    ['is whole where the server knows it', ['a', 'c.csv'], ['a', 'c.csv']],
  ])('%s', async (_, files, names) => {
    await using partner = await startWith(files);

    const listing = await listed(partner, lines);

    expect(listing.names).toEqual(names);
    expect(listing.errors.every((kind) => kind === 'line-not-understood')).toBe(true);
    expect(listing.errors).not.toEqual([]);
  });
});
