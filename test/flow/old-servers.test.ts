import { expect, test } from 'vitest';
import { sha256 } from '../support/stage/sha256.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';

const minuteMs = 60_000;
const unix = await startTestPartner('unix', { server: { features: { mlsd: false } } });
const dos = await startTestPartner('dos', { server: { features: { mlsd: false, listStyle: 'dos' } } });
/** Half an hour ago is a night away where the zone of LIST is not known. */
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
const implicit = await startTestPartner('implicit', {
  server: { mode: 'implicit' },
  connection: { security: 'implicit' },
});
const { flow } = await startTestStage([unix, dos, east, west, dateless, bare, implicit]);

const servers = [
  { title: 'that knows LIST alone', partner: unix },
  { title: 'that lists as IIS does', partner: dos },
  { title: 'without MDTM', partner: dateless },
  { title: 'without MLSD, MDTM, SIZE, FEAT, EPSV and UTF8', partner: bare },
  { title: 'in implicit TLS', partner: implicit },
];

test.for(servers)(
  'From a server $title every file comes once, and a changed one again',
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
])('The age of a file is right on a server whose LIST is in a zone $title of UTC', async ({ partner }) => {
  const { tree, name } = partner;
  tree.put('/files/old.csv', { content: 'o', modified: new Date(Date.now() - 30 * minuteMs) });
  tree.put('/files/young.csv', { content: 'y', modified: new Date(Date.now() - 2 * minuteMs) });

  const { outcomes } = await flow(name).pull();

  expect(outcomes).toEqual({ 'old.csv': 'transferred', 'young.csv': 'held too-young' });
});
