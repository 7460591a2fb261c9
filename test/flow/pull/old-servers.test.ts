import { expect, test } from 'vitest';
import { startFtpsServer } from '../../../testing/ftps-server/server.ts';
import { startTestPartner, testPassword, testUser } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const minuteMs = 60_000;
const unix = await startTestPartner('unix', { server: { features: { mlsd: false } } });
const dos = await startTestPartner('dos', { server: { features: { mlsd: false, listStyle: 'dos' } } });
/**
 * LIST shows local time: if its zone were unknown, a file that is half an hour old would look hours older or
 * newer.
 */
const east = await startTestPartner('east', {
  server: { features: { mlsd: false, localTimeOffsetMinutes: 330 } },
  flows: { files: { settled: { minAge: '20m' } } },
});
const west = await startTestPartner('west', {
  server: { features: { mlsd: false, localTimeOffsetMinutes: -480 } },
  flows: { files: { settled: { minAge: '20m' } } },
});
const dateless = await startTestPartner('dateless', { server: { features: { mdtm: false } } });
const bare = await startTestPartner('bare', {
  server: { features: { mlsd: false, mdtm: false, size: false, feat: false, epsv: false, utf8: false } },
});
/** Like IIS, which shows all times with the offset of today: they shift by an hour twice a year. */
const winter = await startTestPartner('winter', {
  server: { features: { mlsd: false, localTimeOffsetMinutes: 60 } },
});
const ageless = await startTestPartner('ageless', {
  server: { features: { mlsd: false, mdtm: false } },
  flows: { files: { settled: { minAge: '20m' } } },
});
const implicit = await startTestPartner('implicit', {
  server: { mode: 'implicit' },
  connection: { security: 'implicit' },
});
const { flow } = await startTestStage([unix, dos, east, west, dateless, bare, winter, ageless, implicit]);

const servers = [
  { title: 'that supports only LIST', partner: unix },
  { title: 'that lists like IIS', partner: dos },
  { title: 'without MDTM', partner: dateless },
  { title: 'without MLSD, MDTM, SIZE, FEAT, EPSV and UTF8', partner: bare },
  { title: 'in implicit TLS', partner: implicit },
];

test.for(servers)(
  'From a server $title every file arrives once, and a changed one again',
  async ({ partner }) => {
    const { tree, name } = partner;
    const modified = new Date(Date.now() - 90 * minuteMs);
    tree
      .put('/files/a b.csv', { content: 'a', modified })
      .put('/files/deep/er/c.csv', { content: 'c', modified });

    const first = await flow(name).pull();
    const second = await flow(name).pull();
    tree.put('/files/a b.csv', { content: 'changed', modified: new Date(Date.now() - 30 * minuteMs) });
    const third = await flow(name).pull();

    expect([first.exitCode, second.exitCode, third.exitCode]).toEqual([0, 0, 0]);
    expect(first.outcomes).toEqual({ 'a b.csv': 'transferred', 'deep/er/c.csv': 'transferred' });
    expect(second.outcomes).toEqual({});
    expect(third.outcomes).toEqual({ 'a b.csv': 'transferred' });
    expect(await flow(name).visible()).toEqual({
      'a b.csv': sha256('changed'),
      'deep/er/c.csv': sha256('c'),
    });
  },
);

test.for([
  { title: 'east', partner: east },
  { title: 'west', partner: west },
])('The age of a file is correct on a server with LIST in a time zone $title of UTC', async ({ partner }) => {
  const { tree, name } = partner;
  tree.put('/files/old.csv', { content: 'o', modified: new Date(Date.now() - 30 * minuteMs) });
  tree.put('/files/young.csv', { content: 'y', modified: new Date(Date.now() - 2 * minuteMs) });

  const { outcomes } = await flow(name).pull();

  expect(outcomes).toEqual({ 'old.csv': 'transferred', 'young.csv': 'held min-age-not-reached' });
});

test('Nothing is transferred again where all listed times have shifted by an hour', async () => {
  const { tree, certificate, server } = winter;
  tree.put('/files/a.csv', { content: 'a', modified: new Date(Date.now() - 90 * minuteMs) });
  await flow('winter').pull();
  await server.close();
  await using summer = await startFtpsServer({
    files: tree,
    port: server.port,
    certificate,
    users: { [testUser]: testPassword },
    features: { mlsd: false, localTimeOffsetMinutes: 120 },
  });

  const checked = await flow('winter').pull();
  const commands = summer.log.length;
  const quiet = await flow('winter').pull();

  expect([checked.exitCode, quiet.exitCode]).toEqual([0, 0]);
  expect(checked.report).toMatchObject({ transferred: 0, failed: 0 });
  expect(quiet.report).toMatchObject({ transferred: 0, skipped: 1 });
  expect(summer.transfers.filter(({ command }) => command === 'RETR')).toEqual([]);
  expect(summer.log.slice(commands).filter(({ command }) => command === 'SIZE')).toEqual([]);
});

test('A file waits whose age no zone makes certain, on a server with LIST and without MDTM', async () => {
  const { tree, name } = ageless;
  const yesterday = new Date(Date.now() - 24 * 60 * minuteMs);
  tree.put('/files/recent.csv', { content: 'r', modified: new Date(Date.now() - 30 * minuteMs) });
  tree.put('/files/yesterday.csv', { content: 'y', modified: yesterday });

  const { outcomes } = await flow(name).pull();

  expect(outcomes).toEqual({ 'recent.csv': 'held modified-time-unknown', 'yesterday.csv': 'transferred' });
});
