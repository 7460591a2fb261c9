import { describe, expect, it } from 'vitest';
import { DeliveryScene } from './delivery-scene.ts';
import { usePushStage } from './push-stage.ts';

const stage = usePushStage();

describe('a target that another system writes during the upload', () => {
  /** Has somebody else write /in/a.csv as the upload begins: our own look at it was before. */
  function writtenMeanwhile({ partner: { server, tree } }: DeliveryScene): void {
    server.fault({
      on: 'STOR',
      path: /^\/in\/\./,
      times: 1,
      do: { kind: 'beforehand', change: () => tree.put('/in/a.csv', { content: 'of the partner' }) },
    });
  }

  it('is left as it is where the flow refuses to overwrite, and the upload is taken away', async () => {
    const scene = await DeliveryScene.start(stage);
    const delivery = await scene.put('a.csv', 'ours');
    writtenMeanwhile(scene);

    const end = await scene.push(delivery);

    expect(end).toBe('refused');
    expect((await scene.record('a.csv')).failure?.fault).toBe('target-exists');
    expect(scene.partner.tree.bytesOf('/in/a.csv').toString()).toBe('of the partner');
    expect(await scene.names()).toEqual(['a.csv']);
  });

  it('is what the begun rename is recorded with, and its marker is taken away first', async () => {
    const scene = await DeliveryScene.start(stage, {
      settings: { overwrite: 'replace', doneFile: '{name}.done' },
    });
    const delivery = await scene.put('a.csv', 'ours');
    writtenMeanwhile(scene);
    scene.partner.tree.put('/in/a.csv.done', { content: '' });
    scene.partner.server.fault({ on: 'RNTO', times: 1, do: { kind: 'cut-control', when: 'before' } });

    await scene.push(delivery).catch(() => 'lost');

    const { renaming } = await scene.record('a.csv');
    expect(renaming?.before?.sizeBytes).toBe('of the partner'.length);
    expect(await scene.names()).not.toContain('a.csv.done');
  });
});

describe('a version that is no longer the current one when its upload is there', () => {
  it('is not renamed over the newer one, which another group may have delivered, and is taken away', async () => {
    const scene = await DeliveryScene.start(stage, { settings: { overwrite: 'replace' } });
    const older = await scene.put('a.csv', 'v1');
    scene.partner.server.fault({
      on: 'STOR',
      times: 1,
      do: { kind: 'beforehand', change: async () => scene.push(await scene.put('a.csv', 'newer')) },
    });

    const end = await scene.push(older);

    expect(end).toBe('superseded');
    expect(scene.partner.tree.bytesOf('/in/a.csv').toString()).toBe('newer');
    expect((await scene.record('a.csv')).delivered?.sizeBytes).toBe('newer'.length);
    expect(await scene.names()).toEqual(['a.csv']);
  });

  it('is not delivered where the object was deleted', async () => {
    const scene = await DeliveryScene.start(stage);
    const delivery = await scene.put('a.csv', 'ours');
    scene.partner.server.fault({
      on: 'STOR',
      times: 1,
      do: { kind: 'beforehand', change: () => scene.delete('a.csv') },
    });

    const end = await scene.push(delivery);

    expect(end).toBe('object-gone');
    expect(await scene.names()).toEqual([]);
  });
});
