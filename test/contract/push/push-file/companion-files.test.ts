import { expect, it } from 'vitest';
import { sha256 } from '../../../support/sha256.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const settings = { overwrite: 'replace', doneFile: '{name}.done', checksumFile: 'sha256' };
const line = `${sha256('ours')}  a.csv\n`;
const all = ['a.csv', 'a.csv.done', 'a.csv.sha256'];

it('A checksum file of which the server keeps a part, and says 226, is not put in place', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings });
  const delivery = await fixture.put('a.csv', 'ours');
  const cut = { kind: 'cut-data', afterBytes: 20, with: 'close-notify' } as const;
  fixture.partner.server.fault({ on: 'STOR', after: 1, times: 1, do: cut });

  const error = await fixture.push(delivery).catch((reason: unknown) => reason);
  const [names, { delivered }] = [await fixture.names(), await fixture.record('a.csv')];
  const end = await fixture.push(delivery);

  expect([error, names, delivered]).toEqual([expect.objectContaining({ tries: 1 }), ['a.csv'], undefined]);
  expect([end, await fixture.names()]).toEqual(['delivered', all]);
  expect(fixture.partner.tree.bytesOf('/in/a.csv.sha256').toString()).toBe(line);
});

it('The companions that a reader has left without their file are gone when the next file appears', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings });
  const delivery = await fixture.put('a.csv', 'ours');
  const { server, tree } = fixture.partner;
  tree.put('/in/a.csv.done', { content: '' }).put('/in/a.csv.sha256', { content: 'of another file\n' });
  const atRename: string[][] = [];
  const change = async () => atRename.push(await fixture.names());
  server.fault({ on: 'RNTO', path: '/in/a.csv', do: { kind: 'beforehand', change } });

  await fixture.push(delivery);

  expect(atRename).toEqual([[expect.stringMatching(/\.part$/)]]);
  expect(await fixture.names()).toEqual(all);
});

it('Companions replace older ones on a server that does not rename over a file', async () => {
  const server = { features: { renameReplaces: false } };
  const fixture = await DeliveryFixture.start(stage, { settings, server });
  const delivery = await fixture.put('a.csv', 'ours');
  const change = () => {
    fixture.partner.tree.put('/in/a.csv.done', { content: '' }).put('/in/a.csv.sha256', { content: 'older' });
  };
  fixture.partner.server.fault({ on: 'STOR', after: 1, times: 1, do: { kind: 'beforehand', change } });

  expect(await fixture.push(delivery)).toBe('delivered');

  expect(await fixture.names()).toEqual(all);
  expect(fixture.partner.tree.bytesOf('/in/a.csv.sha256').toString()).toBe(line);
});

it('The staged companion of a lost try is deleted by the next one', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings });
  const delivery = await fixture.put('a.csv', 'ours');
  const cut = { kind: 'cut-control', when: 'before' } as const;
  fixture.partner.server.fault({ on: 'RNTO', path: '/in/a.csv.sha256', times: 1, do: cut });

  await fixture.push(delivery).catch(() => 'lost');
  const left = await fixture.names();
  await fixture.push(delivery);

  expect(left).toEqual([expect.stringMatching(/\.part$/), 'a.csv']);
  expect(await fixture.names()).toEqual(all);
});
