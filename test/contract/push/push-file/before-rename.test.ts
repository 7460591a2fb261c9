import { expect, it } from 'vitest';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();

it.each([
  ['by its hash, of the same size', ['XSHA256'], 'XSHA256', 'OURS'],
  ['by its size, where it has no hash', [], 'SIZE', 'our'],
] as const)('An upload that the server stored differently, %s, never gets its name', async (...how) => {
  const [, hashes, command, stored] = how;
  const fixture = await DeliveryFixture.start(stage, { server: { features: { hashes } } });
  const { server, tree } = fixture.partner;
  const delivery = await fixture.put('a.csv', 'ours');
  const change = async () => {
    const [staging] = await fixture.names();
    if (staging !== undefined) tree.put(`/in/${staging}`, { content: stored });
  };
  server.fault({ on: command, path: /^\/in\/\./, do: { kind: 'beforehand', change } });

  await expect(fixture.push(delivery)).rejects.toThrow('verifying');

  expect((await fixture.record('a.csv')).lastError?.error).toBe('wrong-size');
  expect(await fixture.names()).not.toContain('a.csv');
});

it('A worker whose time ends right before the rename does not send it', async () => {
  const fixture = await DeliveryFixture.start(stage);
  const delivery = await fixture.put('a.csv', 'ours');
  let remainingMs = 900_000;
  const change = () => {
    remainingMs = 0;
  };
  fixture.partner.server.fault({ on: 'RNFR', do: { kind: 'beforehand', change } });
  const { signal } = new AbortController();
  const deadline = { remainingMs: () => remainingMs, totalMs: 900_000, signal };

  await expect(fixture.push(delivery, {}, { deadline })).rejects.toMatchObject({
    name: 'DeliveryLeaseLostError',
  });

  expect(await fixture.names()).not.toContain('a.csv');
});
