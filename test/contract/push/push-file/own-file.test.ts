import { describe, expect, it } from 'vitest';
import { knownFiles } from '../../../../lambdas/ledger/entries/known-files.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const real = '14 bytes here.';

const textAt = ({ partner: { tree } }: DeliveryFixture, path: string) => tree.bytesOf(path).toString();

/** Delivers these versions, one after the other. @returns the end of the last one. */
async function deliver(fixture: DeliveryFixture, ...versions: readonly string[]) {
  let end: string | undefined;
  for (const text of versions) end = await fixture.push(await fixture.put('order.csv', text));
  return end;
}

describe('an object that is created empty, and then written', () => {
  it.each([
    ['staged', true],
    ['staged', false],
    ['direct', true],
  ])('reaches the partner with the defaults (%s, RNTO replaces: %s)', async (delivery, renameReplaces) => {
    const settings = { delivery, doneFile: '{name}.done' };
    const server = { features: { renameReplaces } };
    const fixture = await DeliveryFixture.start(stage, { settings, server });

    const end = await deliver(fixture, '', real);

    expect([end, textAt(fixture, '/in/order.csv')]).toEqual(['delivered', real]);
    expect(await fixture.names()).toEqual(['order.csv', 'order.csv.done']);
  });

  it('does not replace an empty file that is not ours, or no longer', async () => {
    const fixture = await DeliveryFixture.start(stage);
    await deliver(fixture, '');
    fixture.partner.tree.put('/in/order.csv', { content: '', modified: new Date('2026-11-20T02:15:00Z') });

    const end = await deliver(fixture, real);

    expect([end, textAt(fixture, '/in/order.csv')]).toEqual(['refused', '']);
    const { lastError } = await fixture.record('order.csv');
    expect(lastError?.message).toContain('It is not the one that this flow delivered at');
  });

  it('is left out while it has fewer bytes than minBytes, and is said to be', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings: { minBytes: 1 } });

    const empty = await deliver(fixture, '');

    const { partner, flow } = fixture.flow.name;
    const shown = await knownFiles(stage.table(), { partner, flow, directory: '' }, undefined);
    expect([empty, await fixture.names()]).toEqual(['too-small', []]);
    expect(shown.files).toMatchObject([{ state: 'too-small', sizeBytes: 0 }]);
    expect(await deliver(fixture, real)).toBe('delivered');
    const { tooSmall, delivered, lastError } = await fixture.record('order.csv');
    expect([tooSmall, delivered?.sizeBytes, lastError]).toEqual([undefined, 14, undefined]);
  });

  it('closes the error of an earlier version, and removes what that has left', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings: { minBytes: 1 } });
    const earlier = await fixture.put('order.csv', real);
    fixture.partner.server.fault({ on: 'RNFR', times: 1, do: { kind: 'cut-control', when: 'before' } });
    await fixture.push(earlier).catch(() => 'lost');
    expect(await fixture.names()).toHaveLength(1);

    const end = await deliver(fixture, '');

    expect([end, await fixture.names()]).toEqual(['too-small', []]);
    expect((await fixture.record('order.csv')).lastError).toBeUndefined();
  });
});

describe('a newer version where our own older one still is', () => {
  it('is refused by default, and the message says that the file there is ours, and since when', async () => {
    const fixture = await DeliveryFixture.start(stage);
    await deliver(fixture, 'older');
    const { delivered } = await fixture.record('order.csv');

    const end = await deliver(fixture, real);

    const { lastError } = await fixture.record('order.csv');
    expect([end, textAt(fixture, '/in/order.csv')]).toEqual(['refused', 'older']);
    expect(lastError?.message).toContain(`put there at ${delivered?.deliveredAt.toISOString()} (5 bytes)`);
    expect(lastError?.message).toContain('overwrite: replace-own');
  });

  it.each(['staged', 'direct'])('replaces it with overwrite: replace-own (%s)', async (delivery) => {
    const settings = { overwrite: 'replace-own', delivery };
    const fixture = await DeliveryFixture.start(stage, { settings });

    const end = await deliver(fixture, 'older', real);

    expect([end, textAt(fixture, '/in/order.csv')]).toEqual(['delivered', real]);
  });

  it.each([
    ['another size', 'ours, and theirs', undefined],
    ['another time', 'theirs', new Date('2026-11-20T02:15:00Z')],
  ])('does not replace what the partner has changed (%s)', async (_, content, modified) => {
    const fixture = await DeliveryFixture.start(stage, { settings: { overwrite: 'replace-own' } });
    await deliver(fixture, 'ours, ');
    fixture.partner.tree.put('/in/order.csv', { content, ...(modified && { modified }) });

    const end = await deliver(fixture, real);

    expect([end, textAt(fixture, '/in/order.csv')]).toEqual(['refused', content]);
  });
});
