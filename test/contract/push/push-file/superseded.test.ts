import { describe, expect, it } from 'vitest';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();

describe('a target that another system writes during the upload', () => {
  /** Makes another system write /in/a.csv as the upload begins, after our first check of it. */
  function writtenMeanwhile({ partner: { server, tree } }: DeliveryFixture): void {
    server.fault({
      on: 'STOR',
      path: /^\/in\/\./,
      times: 1,
      do: { kind: 'beforehand', change: () => tree.put('/in/a.csv', { content: 'of the partner' }) },
    });
  }

  it('is unchanged if the flow refuses to overwrite, and the upload is deleted', async () => {
    const fixture = await DeliveryFixture.start(stage);
    const delivery = await fixture.put('a.csv', 'ours');
    writtenMeanwhile(fixture);

    const end = await fixture.push(delivery);

    expect(end).toBe('refused');
    expect((await fixture.record('a.csv')).lastError?.error).toBe('target-exists');
    expect(fixture.partner.tree.bytesOf('/in/a.csv').toString()).toBe('of the partner');
    expect(await fixture.names()).toEqual(['a.csv']);
  });

  it('is recorded with the begun rename, and its marker is deleted first', async () => {
    const fixture = await DeliveryFixture.start(stage, {
      settings: { overwrite: 'replace', doneFile: '{name}.done' },
    });
    const delivery = await fixture.put('a.csv', 'ours');
    writtenMeanwhile(fixture);
    fixture.partner.tree.put('/in/a.csv.done', { content: '' });
    fixture.partner.server.fault({ on: 'RNTO', times: 1, do: { kind: 'cut-control', when: 'before' } });

    await fixture.push(delivery).catch(() => 'lost');

    const { renaming } = await fixture.record('a.csv');
    expect(renaming?.before?.sizeBytes).toBe('of the partner'.length);
    expect(await fixture.names()).not.toContain('a.csv.done');
  });
});

describe('a version that is no longer current when its upload is complete', () => {
  it('is not renamed, is deleted, and leaves the place to the newer one', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings: { overwrite: 'replace' } });
    const older = await fixture.put('a.csv', 'v1');
    const change = () => fixture.put('a.csv', 'newer');
    fixture.partner.server.fault({ on: 'STOR', times: 1, do: { kind: 'beforehand', change } });

    const end = await fixture.push(older);
    const names = await fixture.names();
    const next = await fixture.push(await fixture.current('a.csv'), {}, { message: 'newer' });

    expect([end, names, next]).toEqual(['superseded', [], 'delivered']);
    expect(fixture.partner.tree.bytesOf('/in/a.csv').toString()).toBe('newer');
    expect((await fixture.record('a.csv')).delivered?.sizeBytes).toBe('newer'.length);
    expect(await fixture.names()).toEqual(['a.csv']);
  });

  it('is not delivered where the object was deleted', async () => {
    const fixture = await DeliveryFixture.start(stage);
    const delivery = await fixture.put('a.csv', 'ours');
    fixture.partner.server.fault({
      on: 'STOR',
      times: 1,
      do: { kind: 'beforehand', change: () => fixture.delete('a.csv') },
    });

    const end = await fixture.push(delivery);

    expect(end).toBe('object-deleted');
    expect(await fixture.names()).toEqual([]);
  });
});
