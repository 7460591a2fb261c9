import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type PartnerSetup, partnerAt } from '../../support/partner/test-partner.ts';
import { availableServers } from '../../support/real-servers/available-servers.ts';
import type { RealServer } from '../../support/real-servers/real-server.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const now = Date.now();

/** One hour east of UTC for a month, and two hours east in the months before: on any date of the test. */
function zoneWithEarlierSummer(): string {
  const dayOfYear = (at: number) => {
    const date = new Date(at);
    return Math.floor((at - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1;
  };
  return `WIN-1SUM-2,J${dayOfYear(now - 150 * dayMs)},J${dayOfYear(now - 30 * dayMs)}`;
}

const { ready } = await availableServers();
const setups: PartnerSetup[] = [];
const servers = new Map<string, RealServer>();
for (const [name, options] of [
  ['proftpd', { timeZone: zoneWithEarlierSummer(), settings: ['FactsAdvertise off', 'TimesGMT off'] }],
  ['vsftpd', {}],
] as const) {
  const server = await ready.find((each) => each.name === name)?.start({ security: 'explicit', ...options });
  if (server === undefined) continue;
  afterAll(() => server.close());
  servers.set(name, server);
  setups.push(
    partnerAt(server.port, name, {
      tls: { ca: server.authorityPem },
      login: { user: server.user, password: server.password },
      flows: { files: { settled: { minAge: '20m' }, ...(name === 'proftpd' ? { after: 'delete' } : {}) } },
    }),
  );
}
if (setups.length < 2) process.stdout.write('Skipped: ages of files on ProFTPD and vsftpd are not tested.\n');
const { flow } = await startTestStage(setups);

async function put(server: RealServer, name: string, ageMs: number): Promise<void> {
  const path = join(server.root, 'files', name);
  await mkdir(join(server.root, 'files'), { recursive: true });
  await writeFile(path, name);
  await utimes(path, new Date(now - ageMs), new Date(now - ageMs));
}

test.skipIf(!servers.has('proftpd'))(
  'A file that grows in winter beside files of the summer is not taken for an hour old',
  async () => {
    const server = servers.get('proftpd');
    if (server === undefined) return;
    for (let index = 0; index < 30; index++)
      await put(server, `a-${index}.csv`, 60 * dayMs + index * minuteMs);
    await put(server, 'growing.csv', 2 * minuteMs);
    await put(server, 'written.csv', 40 * minuteMs);

    const { outcomes, files } = await flow('proftpd').pull();

    expect(outcomes['growing.csv']).toBe('held min-age-not-reached');
    expect(outcomes['written.csv']).toBe('transferred');
    expect(files.filter(({ outcome }) => outcome === 'transferred')).toHaveLength(31);
  },
);

test.skipIf(!servers.has('vsftpd'))(
  'A new file beside files that are older than half a year is taken in its first run',
  async () => {
    const server = servers.get('vsftpd');
    if (server === undefined) return;
    for (let index = 0; index < 30; index++)
      await put(server, `a-${index}.csv`, 400 * dayMs + index * minuteMs);
    await put(server, 'growing.csv', 2 * minuteMs);
    await put(server, 'written.csv', 40 * minuteMs);

    const { outcomes } = await flow('vsftpd').pull();

    expect(outcomes['growing.csv']).toBe('held min-age-not-reached');
    expect(outcomes['written.csv']).toBe('transferred');
    expect(outcomes['a-0.csv']).toBe('transferred');
  },
);
