import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { Pool } from '../../../../lambdas/ftps/session/pool.ts';
import type { ServerFeatures } from '../../../../testing/ftps-server/options.ts';
import { type EmbeddedPartner, startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';
import { walkToEnd } from './recorded-tree.ts';

const out = parseRemotePath('/out');
const modified = new Date('2026-11-20T02:15:00Z');
const bare = { factsLeftOut: ['size', 'modify'] } as const;

async function startWith(count: number, features: ServerFeatures): Promise<EmbeddedPartner> {
  const partner = await startEmbedded({ features });
  for (let each = 0; each < count; each++)
    partner.tree.put(`/out/${String(each).padStart(4, '0')}.csv`, { content: 'four', modified });
  return partner;
}

async function walk(partner: EmbeddedPartner, isAskedFor: (path: string) => boolean = () => true) {
  const timeouts = { replyMs: 500 };
  await using pool = new Pool(() => openTo(partner, { timeouts }), { maxSessions: 2, rampMs: 1 });
  const { listings } = await walkToEnd(pool, out, { isAskedFor });
  const files = listings.flatMap((each) => each.files);
  return files
    .map(({ path, sizeBytes, modified: time }) => [path.slice('/out/'.length), sizeBytes, time?.wallClock])
    .toSorted();
}

function asked({ server }: EmbeddedPartner, command: string): number {
  return server.log.filter((each) => each.command === command).length;
}

describe('a listing that leaves out facts', () => {
  it.each([
    ['times', { factsLeftOut: ['modify'] }, [250, 0]],
    ['sizes', { factsLeftOut: ['size'] }, [0, 250]],
    ['both', bare, [250, 250]],
  ] as const)('of %s has them asked, each once', async (_, features, [times, sizes]) => {
    await using partner = await startWith(250, features);

    const files = await walk(partner);

    expect(files).toHaveLength(250);
    expect(new Set(files.map(([, ...facts]) => facts.join(' ')))).toEqual(new Set(['4 2026-11-20T02:15:00']));
    expect([asked(partner, 'MDTM'), asked(partner, 'SIZE')]).toEqual([times, sizes]);
  });

  it.each([
    'type=file;size=4;modify=2026333091500;unique=1; 0000.csv',
    'type=file;size=4;modify=1494458722;unique=1; 0000.csv',
    'type=file;size=4;modify=-3405024060900;unique=1; 0000.csv',
    'type=file;size=4;unique=1; 0000.csv',
  ])('as %s has the time of MDTM', async (line) => {
    await using partner = await startWith(1, {});
    partner.server.fault({ on: 'MLSD', do: { kind: 'listing-lines', lines: [line] } });

    const files = await walk(partner);

    expect(files).toEqual([['0000.csv', 4, '2026-11-20T02:15:00']]);
  });

  it('is not asked about further where a hundred answers tell nothing', async () => {
    await using partner = await startWith(250, { ...bare, mdtm: false, size: false });

    const files = await walk(partner);

    expect(files[249]).toEqual(['0249.csv', undefined, undefined]);
    expect(asked(partner, 'MDTM') + asked(partner, 'SIZE')).toBe(100);
  });

  it('is not asked about files that no flow selects, nor about facts that it has', async () => {
    await using partner = await startWith(3, bare);
    await using whole = await startWith(3, {});

    const files = await walk(partner, (path) => path === '/out/0001.csv');
    await walk(whole);

    expect(files.map(([, size]) => size)).toEqual([undefined, 4, undefined]);
    expect([asked(partner, 'MDTM'), asked(whole, 'MDTM'), asked(whole, 'SIZE')]).toEqual([1, 0, 0]);
  });

  it('is whole where the server loses the session over the questions, and another one answers', async () => {
    await using partner = await startWith(30, bare);
    partner.server.fault({ on: 'MDTM', after: 5, times: 1, do: { kind: 'silence' } });

    const files = await walk(partner);

    expect(new Set(files.map(([, ...facts]) => facts.join(' ')))).toEqual(new Set(['4 2026-11-20T02:15:00']));
  });

  it('is whole, with unknown facts, where every question costs a session', async () => {
    await using partner = await startWith(3, bare);
    partner.server.fault({ on: 'MDTM', do: { kind: 'cut-control', when: 'before' } });

    const files = await walk(partner);

    expect(files.map(([name]) => name)).toEqual(['0000.csv', '0001.csv', '0002.csv']);
  });
});
