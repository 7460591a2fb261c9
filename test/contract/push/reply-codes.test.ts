import { describe, expect, it } from 'vitest';
import { DeliveryScene } from './delivery-scene.ts';
import { usePushStage } from './push-stage.ts';

const stage = usePushStage();

describe('a reply to the upload', () => {
  it.each([
    [550, 'refused'],
    [552, 'refused'],
    [553, 'refused'],
    [501, 'refused'],
    [425, 'tried again'],
    [426, 'tried again'],
    [450, 'tried again'],
    [451, 'tried again'],
    [452, 'tried again'],
    [421, 'tried again'],
  ])('%i: the delivery is %s', async (code, expected) => {
    const scene = await DeliveryScene.start(stage);
    const delivery = await scene.put('a.csv', 'ours');
    scene.partner.server.fault({ on: 'STOR', times: 1, do: { kind: 'reply', code, text: 'No.' } });

    const first = await scene.push(delivery).catch(() => 'tried again');
    const second = first === 'refused' ? first : await scene.push(delivery);

    expect([first, second]).toEqual([expected, expected === 'refused' ? 'refused' : 'delivered']);
  });
});

describe('a login that the server forgets within a session', () => {
  it.each(['SIZE', 'STOR', 'RNFR', 'RNTO'])('at %s is no verdict on the file', async (on) => {
    const scene = await DeliveryScene.start(stage);
    const delivery = await scene.put('a.csv', 'ours');
    scene.partner.server.fault({ on, times: 1, do: { kind: 'reply', code: 530, text: 'Not logged in.' } });

    const first = await scene.push(delivery).catch((error: unknown) => String(error));
    const { failure } = await scene.record('a.csv');
    const second = await scene.push(delivery);

    expect(first).toContain('530');
    expect([failure?.fault, second]).toEqual(['connection-lost', 'delivered']);
  });
});
