import { afterAll, expect, test } from 'vitest';
import { partnerAt } from '../../support/partner/test-partner.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { availableServers } from '../../support/real-servers/available-servers.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const { ready, absent } = await availableServers();
for (const { name, reason } of absent) test.skip(`done files at ${name} (${reason})`);

const servers = await Promise.all(ready.map(({ start }) => start({ security: 'explicit' })));
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

const settled = { minAge: '0s', doneFile: '{name}.done' };
const setups = servers.map(({ name, port, security, user, password, authorityPem }) =>
  partnerAt(port, name, {
    connection: { security, timeZone: 'UTC' },
    tls: { ca: authorityPem },
    login: { user, password },
    flows: { done: { settled, after: 'delete' } },
  }),
);
const { flow } = await startTestStage(setups);

test.for(servers.map((server) => ({ server, name: server.name })))(
  "At $name, yesterday's done file does not let the half of today's file be taken and deleted",
  async ({ server, name }) => {
    const folder = new SeededFolder(server.root, server.owner);
    await folder.put('/done/a.csv', { sizeBytes: 100, seed: 1, ageMinutes: 90 });
    await folder.put('/done/a.csv.done', { sizeBytes: 0, seed: 1, ageMinutes: 90 });
    const yesterday = await flow(name, 'done').pull();
    await folder.put('/done/a.csv', { sizeBytes: 50, seed: 2, ageMinutes: 30 });

    const stalled = await flow(name, 'done').pull();
    await folder.put('/done/a.csv', { sizeBytes: 100, seed: 2, ageMinutes: 20 });
    await folder.put('/done/a.csv.done', { sizeBytes: 0, seed: 1, ageMinutes: 20 });
    const written = await flow(name, 'done').pull();

    expect(yesterday.outcomes).toMatchObject({ 'a.csv': 'transferred' });
    expect(stalled.outcomes).toMatchObject({ 'a.csv': 'held done-file-outdated' });
    expect(written.outcomes).toMatchObject({ 'a.csv': 'transferred' });
    expect(written.report).toMatchObject({ disposed: 1, notDisposed: 0 });
    expect(await flow(name, 'done').visible()).toEqual({ 'a.csv': folder.sha256.get('/done/a.csv') });
  },
);
