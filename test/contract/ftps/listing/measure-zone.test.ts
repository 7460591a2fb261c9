import { describe, expect, it } from 'vitest';
import { NewestSamples } from '../../../../lambdas/core/listing/zone-samples.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { listWholeDirectory } from '../../../../lambdas/ftps/listing/list-whole-directory.ts';
import { measureZone } from '../../../../lambdas/ftps/listing/measure-zone.ts';
import type { FtpsServerOptions } from '../../../../testing/ftps-server/options.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

type Partner = Awaited<ReturnType<typeof startEmbedded>>;

async function startListing(features: FtpsServerOptions['features']): Promise<Partner> {
  return startEmbedded({ features: { mlsd: false, ...features } });
}

function putAged(partner: Partner, name: string, ageMs: number): void {
  partner.tree.put(`/${name}`, { modified: new Date(Date.now() - ageMs) });
}

/** Lists the root, calls `meanwhile`, and measures. @returns the zone and the number of files asked. */
async function measure(partner: Partner, meanwhile: () => void = () => undefined) {
  await using session = await openTo(partner);
  const { files } = await listWholeDirectory(session, parseRemotePath('/'), { maxEntries: 2_000 });
  meanwhile();
  const now = new Date();
  const samples = new NewestSamples({ now, isSelected: () => true });
  for (const file of files) samples.add(file);
  const zone = await measureZone(session, samples.newest(), { now, minAgeMs: 20 * minuteMs });
  const asked = partner.server.log.filter(({ command }) => command === 'MDTM').length;
  return { zone, asked };
}

describe('the zone of LIST times', () => {
  it.each([0, 60, -300, 345])('is found %i minutes east of UTC', async (minutes) => {
    await using partner = await startListing({ localTimeOffsetMinutes: minutes });
    for (let day = 1; day <= 5; day++) putAged(partner, String(day), day * dayMs);

    const { zone } = await measure(partner);

    expect(zone).toMatchObject({ kind: 'measured', offsets: [minutes] });
  });

  it('is the own MDTM of each young file, also of one that has changed since', async () => {
    await using partner = await startListing({ localTimeOffsetMinutes: 120 });
    putAged(partner, 'a', dayMs);
    putAged(partner, 'b', dayMs);
    const changed = new Date('2026-11-20T02:15:07Z');

    const { zone } = await measure(partner, () => partner.tree.put('/b', { modified: changed }));

    expect(zone.times['/b']).toBe('2026-11-20T02:15:07');
  });

  it('asks a few old files, and every file that may be too young', async () => {
    await using partner = await startListing({ localTimeOffsetMinutes: 60 });
    for (let index = 0; index < 200; index++) putAged(partner, `old-${index}`, dayMs + index * minuteMs);
    for (let index = 0; index < 40; index++) putAged(partner, `new-${index}`, index * 1000);

    const { zone, asked } = await measure(partner);

    expect(asked).toBe(40);
    expect(Object.keys(zone.times).every((path) => path.startsWith('/new-'))).toBe(true);
  });

  it('stays unmeasured where the server has no MDTM, after a few questions', async () => {
    await using partner = await startListing({ mdtm: false });
    for (let index = 0; index < 200; index++) putAged(partner, `new-${index}`, index * 1000);

    const { zone, asked } = await measure(partner);

    expect(zone).toEqual({ kind: 'measured', offsets: [], times: {} });
    expect(asked).toBe(20);
  });
});
