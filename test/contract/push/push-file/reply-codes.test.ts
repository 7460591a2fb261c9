import { describe, expect, it } from 'vitest';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

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
    const fixture = await DeliveryFixture.start(stage);
    const delivery = await fixture.put('a.csv', 'ours');
    fixture.partner.server.fault({ on: 'STOR', times: 1, do: { kind: 'reply', code, text: 'No.' } });

    const first = await fixture.push(delivery).catch(() => 'tried again');
    const { lastError } = await fixture.record('a.csv');
    const second = first === 'refused' ? first : await fixture.push(delivery);

    expect(lastError?.isGivenUp ?? false).toBe(expected === 'refused');
    expect(lastError?.nextTryAt !== undefined).toBe(expected === 'tried again');
    expect([first, second]).toEqual([expected, expected === 'refused' ? 'refused' : 'delivered']);
  });
});

describe('a login that expires within a session', () => {
  it.each(['SIZE', 'STOR', 'RNFR', 'RNTO'])('at %s does not fail the file for good', async (on) => {
    const fixture = await DeliveryFixture.start(stage);
    const delivery = await fixture.put('a.csv', 'ours');
    fixture.partner.server.fault({ on, times: 1, do: { kind: 'reply', code: 530, text: 'Not logged in.' } });

    const first = await fixture.push(delivery).catch((error: unknown) => String(error));
    const { lastError } = await fixture.record('a.csv');
    const second = await fixture.push(delivery);

    expect(first).toContain('530');
    expect([lastError?.error, second]).toEqual(['connection-lost', 'delivered']);
  });
});
