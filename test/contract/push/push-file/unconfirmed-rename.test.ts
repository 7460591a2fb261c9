import { expect, it } from 'vitest';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const ours = 'OUR BYTES!';
const theirs = 'their data';

/** Another system puts a file of the same size at the target. */
function putTheirs({ partner: { tree } }: DeliveryFixture): void {
  tree.put('/in/a.csv', { content: theirs, modified: new Date('2026-11-20T02:15:00Z') });
}

/** The staging file, under whichever name the try has given it, is removed by the partner. */
async function removeStaging(fixture: DeliveryFixture): Promise<void> {
  for (const name of await fixture.names()) {
    if (name.endsWith('.part')) fixture.partner.tree.delete(`/in/${name}`);
  }
}

function contentOf({ partner: { tree } }: DeliveryFixture): string {
  return tree.bytesOf('/in/a.csv').toString();
}

it('a refused rename is not taken for one that happened, whoever puts a file of that size there', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings: { overwrite: 'replace' } });
  const delivery = await fixture.put('a.csv', ours);
  const do550 = { kind: 'reply', code: 550, text: 'Rename failed.' } as const;
  fixture.partner.server.fault({ on: 'RNTO', times: 1, do: do550 });

  const refused = await fixture.push(delivery);
  const { renaming } = await fixture.record('a.csv');
  putTheirs(fixture);
  const end = await fixture.push(delivery);

  expect([refused, renaming, end]).toEqual(['refused', undefined, 'delivered']);
  expect(contentOf(fixture)).toBe(ours);
  expect((await fixture.record('a.csv')).delivered).toMatchObject({ verification: 'size', doubt: undefined });
});

// A function that dies in between would leave the mark, and nothing at the partner that speaks against it.
it('a refused rename is recorded before its staging file is deleted', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings: { overwrite: 'replace' } });
  const delivery = await fixture.put('a.csv', ours);
  const do550 = { kind: 'reply', code: 550, text: 'Rename failed.' } as const;
  fixture.partner.server.fault({ on: 'RNTO', times: 1, do: do550 });
  const marks: unknown[] = [];
  const look = async () => marks.push((await fixture.record('a.csv')).renaming);
  fixture.partner.server.fault({ on: 'DELE', do: { kind: 'beforehand', change: look } });

  await fixture.push(delivery);

  expect(marks).toEqual([undefined]);
});

it('a rename that the server confirms and does not make is tried again', async () => {
  const fixture = await DeliveryFixture.start(stage);
  const delivery = await fixture.put('a.csv', ours);
  const confirmed = { kind: 'reply', code: 250, text: 'Rename successful.' } as const;
  fixture.partner.server.fault({ on: 'RNTO', times: 1, do: confirmed });

  const error = await fixture.push(delivery).catch((reason: unknown) => reason);
  const { delivered, lastError } = await fixture.record('a.csv');
  const end = await fixture.push(delivery);

  expect(String(error)).toContain('the file is still at its old name');
  expect([delivered, lastError?.error, end]).toEqual([undefined, 'unavailable', 'delivered']);
  expect(contentOf(fixture)).toBe(ours);
  expect(await fixture.names()).toEqual(['a.csv']);
});

it('a rename that could not be sent is not taken for one that happened', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings: { overwrite: 'replace' } });
  const delivery = await fixture.put('a.csv', ours);
  fixture.partner.server.fault({ on: 'RNFR', times: 1, do: { kind: 'cut-control', when: 'before' } });

  await fixture.push(delivery).catch(() => 'lost');
  await removeStaging(fixture);
  putTheirs(fixture);
  await fixture.push(delivery);

  expect(contentOf(fixture)).toBe(ours);
  expect((await fixture.record('a.csv')).delivered?.doubt).toBeUndefined();
});

it.each([
  ['by its modified time', {}],
  ['by its hash, if the server has no MDTM', { features: { mdtm: false, hashes: ['HASH'] as const } }],
])('a file of another system is told from ours after an unanswered rename, %s', async (_, server) => {
  const fixture = await DeliveryFixture.start(stage, { settings: { overwrite: 'replace' }, server });
  const delivery = await fixture.put('a.csv', ours);
  fixture.partner.server.fault({ on: 'RNTO', times: 1, do: { kind: 'cut-control', when: 'before' } });

  await fixture.push(delivery).catch(() => 'lost');
  await removeStaging(fixture);
  putTheirs(fixture);
  const end = await fixture.push(delivery);

  expect(end).toBe('delivered');
  expect(contentOf(fixture)).toBe(ours);
  expect((await fixture.record('a.csv')).delivered?.doubt).toBe('possible-duplicate');
});

it.each([
  ['MDTM', {}],
  ['a hash', { features: { mdtm: false, hashes: ['HASH'] as const } }],
  ['neither', { features: { mdtm: false } }],
])('our own file is found in place after a lost reply to RNTO, if the server has %s', async (_, server) => {
  const fixture = await DeliveryFixture.start(stage, { server });
  const delivery = await fixture.put('a.csv', ours);
  fixture.partner.server.fault({ on: 'RNTO', times: 1, do: { kind: 'cut-control', when: 'after' } });

  await fixture.push(delivery).catch(() => 'lost');
  const end = await fixture.push(delivery);

  expect(end).toBe('delivered');
  expect((await fixture.record('a.csv')).delivered).toMatchObject({
    verification: 'inferred',
    doubt: undefined,
  });
  expect(fixture.partner.server.log.filter(({ command }) => command === 'RNTO')).toHaveLength(1);
});

it('a file whose marker is refused stays in place, and the next try writes the marker alone', async () => {
  const fixture = await DeliveryFixture.start(stage, { settings: { doneFile: '{name}.done' } });
  const delivery = await fixture.put('a.csv', ours);
  const refusal = { kind: 'reply', code: 553, text: 'No.' } as const;
  fixture.partner.server.fault({ on: 'RNTO', path: /\.done$/, times: 2, do: refusal });

  const refused = await fixture.push(delivery);
  const end = await fixture.push(delivery);

  expect([refused, end]).toEqual(['refused', 'delivered']);
  expect(await fixture.names()).toEqual(['a.csv', 'a.csv.done']);
  const renamed = fixture.partner.server.log.filter(
    ({ command, argument }) => command === 'RNTO' && argument === '/in/a.csv',
  );
  expect(renamed).toHaveLength(1);
});
