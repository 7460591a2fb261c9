import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type PartnerSetup, partnerAt, startTestPartner } from '../../support/partner/test-partner.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { pyftpdlibAbsence } from '../../support/real-servers/available-servers.ts';
import { startPyftpdlib } from '../../support/real-servers/pyftpdlib.ts';
import type { RealServer } from '../../support/real-servers/real-server.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const minuteMs = 60_000;
const now = Date.now();
const ages = {
  'growing.csv': minuteMs / 2,
  'written.csv': 30 * minuteMs,
  'old.csv': 30 * 24 * 60 * minuteMs,
};
const flows = { files: { settled: { minAge: '20m' } } };

function localTimes(localTimeOffsetMinutes: number) {
  return { features: { localTimeInFacts: true, localTimeOffsetMinutes } };
}

const east = await startTestPartner('east', {
  server: localTimes(9 * 60),
  connection: { timeZone: 'Asia/Tokyo', timeZoneOf: 'all' },
  flows,
});
const unset = await startTestPartner('unset', { server: localTimes(9 * 60), flows });
/** America/Phoenix is UTC-7 in both seasons. */
const west = await startTestPartner('west', {
  server: localTimes(-7 * 60),
  connection: { timeZone: 'America/Phoenix', timeZoneOf: 'all' },
  flows,
});
for (const { tree } of [east, unset, west]) {
  for (const [name, ageMs] of Object.entries(ages))
    tree.put(`/files/${name}`, { content: name, modified: new Date(now - ageMs) });
}

const absence = await pyftpdlibAbsence();
if (absence !== undefined) process.stdout.write(`Skipped: the times of pyftpdlib: ${absence}.\n`);
const setups: PartnerSetup[] = [east, unset, west];
const real = absence === undefined ? await startReal() : undefined;
if (real !== undefined) {
  const { port, authorityPem, user, password } = real;
  const connection = { timeZone: 'Asia/Tokyo', timeZoneOf: 'all' };
  setups.push(
    partnerAt(port, 'pyftpdlib', { connection, tls: { ca: authorityPem }, login: { user, password }, flows }),
  );
}
const { flow } = await startTestStage(setups);

/** It has local times in MLSD and MDTM, no EPSV, and files in two directories. */
async function startReal(): Promise<RealServer> {
  const settings = ['no-epsv', 'local-times'];
  const server = await startPyftpdlib({ security: 'explicit', settings, timeZone: 'Asia/Tokyo' });
  afterAll(() => server.close());
  const files = new SeededFolder(server.root, server.owner);
  for (const [index, [name, ageMs]] of Object.entries(ages).entries()) {
    for (const folder of ['files', 'files/more']) {
      await files.put(`/${folder}/${name}`, { sizeBytes: 100_000, seed: index });
      const at = new Date(now - ageMs);
      await utimes(join(server.root, folder, name), at, at);
    }
  }
  return server;
}

test.each(['east', 'west'])(
  'The age of files is right in the %s, where timeZone is that of all times',
  async (partner) => {
    const { outcomes } = await flow(partner).pull();

    expect(outcomes).toEqual({
      'growing.csv': 'held min-age-not-reached',
      'written.csv': 'transferred',
      'old.csv': 'transferred',
    });
  },
);

test('A file that is dated in the future says so while it is held', async () => {
  const { outcomes } = await flow('unset').pull();

  expect(outcomes).toMatchObject({
    'written.csv': 'held modified-time-in-future',
    'old.csv': 'transferred',
  });
});

test.skipIf(absence !== undefined)(
  'A real pyftpdlib with local times and without EPSV is synchronised whole',
  async () => {
    const { report, outcomes } = await flow('pyftpdlib').pull();
    const second = await flow('pyftpdlib').pull();

    expect(report).toMatchObject({ status: 'succeeded', listed: 6, transferred: 4, failed: 0 });
    expect(outcomes).toMatchObject({
      'more/written.csv': 'transferred',
      'more/growing.csv': 'held min-age-not-reached',
    });
    expect(second.report).toMatchObject({ transferred: 0, failed: 0 });
  },
);
