import { expect, it, onTestFinished } from 'vitest';
import type { Timeouts } from '../../../../lambdas/ftps/session/timeouts.ts';
import { afterFailure } from '../../../../lambdas/push/push-file/delivery-error.ts';
import type { FaultRule } from '../../../../testing/ftps-server/faults.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();

const before = 'what the partner had';
/**
 * More than the buffers between us and the server hold, so that the upload stalls when the server stops
 * reading.
 */
const large = 'ours '.repeat(5_000_000);

interface Silence {
  readonly title: string;
  readonly rule: FaultRule;
  readonly content?: string;
  /** Only the timeout under test is short: other replies may take longer on a busy machine. */
  readonly timeouts: Partial<Timeouts>;
  readonly says: string;
  /** What waits for it. */
  readonly blocks: 'group' | 'same-order-key';
}

const silences: readonly Silence[] = [
  {
    title: 'instead of its greeting',
    rule: { on: 'connect', do: { kind: 'silence' } },
    timeouts: { loginMs: 300 },
    says: 'no login within',
    blocks: 'group',
  },
  {
    title: 'in the TLS handshake',
    rule: { on: 'AUTH', do: { kind: 'stall-handshake' } },
    timeouts: { loginMs: 300 },
    says: 'no login within',
    blocks: 'group',
  },
  {
    title: 'after the password',
    rule: { on: 'PASS', do: { kind: 'silence' } },
    timeouts: { loginMs: 300 },
    says: 'no login within',
    blocks: 'group',
  },
  {
    title: 'instead of the handshake on the data connection',
    rule: { on: 'STOR', do: { kind: 'stall-data-handshake' } },
    timeouts: { idleMs: 300 },
    says: 'the server accepted no data',
    blocks: 'same-order-key',
  },
  {
    title: 'after 150, amid the bytes',
    rule: { on: 'STOR', do: { kind: 'stall-data', afterBytes: 100_000 } },
    content: large,
    timeouts: { idleMs: 300 },
    says: 'the server accepted no data',
    blocks: 'same-order-key',
  },
  {
    title: 'after the last byte, before 226',
    rule: { on: 'STOR', do: { kind: 'no-final-reply' } },
    timeouts: { finalReplyMs: 300 },
    says: 'no final reply within',
    blocks: 'same-order-key',
  },
  {
    title: 'instead of a rename',
    rule: { on: 'RNTO', do: { kind: 'silence' } },
    timeouts: { replyMs: 2000 },
    says: 'no reply within',
    blocks: 'same-order-key',
  },
];

it.each(silences)(
  'A server that falls silent $title is waited for in vain, then delivered to once',
  async ({ rule, content = 'ours', timeouts, says, blocks }) => {
    const fixture = await sceneWithFile();
    const delivery = await fixture.put('a.csv', content);
    fixture.partner.server.fault({ times: 1, ...rule });

    const error = await fixture.push(delivery, timeouts).catch((reason: unknown) => reason);
    const { lastError } = await fixture.record('a.csv');
    const meanwhile = fixture.partner.tree.bytesOf('/in/a.csv').toString();
    const end = await fixture.push(delivery);

    expect(error).toMatchObject({ tries: 1, message: expect.stringContaining(says) });
    expect(lastError).toMatchObject({ error: 'timeout', tries: 1 });
    expect(afterFailure(1, error)).toEqual({ kind: 'retry', delaySeconds: 120, blocks });
    expect(meanwhile).toBe(before);
    expect(end).toBe('delivered');
    expect(fixture.partner.tree.bytesOf('/in/a.csv').toString() === content).toBe(true);
    expect((await fixture.record('a.csv')).delivered).toMatchObject({
      verification: 'size',
      doubt: undefined,
    });
    expect(await fixture.names()).toEqual(['a.csv']);
  },
);

it('A server that renames and never replies does not get the file again', async () => {
  const fixture = await sceneWithFile();
  const { server, tree } = fixture.partner;
  const delivery = await fixture.put('a.csv', 'ours');
  const released = Promise.withResolvers<void>();
  onTestFinished(() => released.resolve());
  const change = async () => {
    const [staging = ''] = (await fixture.names()).filter((name) => name.endsWith('.part'));
    tree.put('/in/a.csv', { content: tree.bytesOf(`/in/${staging}`) }).delete(`/in/${staging}`);
    await released.promise;
  };
  server.fault({ on: 'RNTO', times: 1, do: { kind: 'beforehand', change } });

  const error = await fixture.push(delivery, { replyMs: 5000 }).catch((reason: unknown) => reason);
  const end = await fixture.push(delivery);

  expect(afterFailure(1, error)).toMatchObject({ kind: 'retry', blocks: 'same-order-key' });
  expect(end).toBe('delivered');
  expect((await fixture.record('a.csv')).delivered).toMatchObject({
    verification: 'inferred',
    doubt: undefined,
  });
  expect(server.log.filter(({ command }) => command === 'STOR' || command === 'RNTO')).toHaveLength(2);
  expect(tree.bytesOf('/in/a.csv').toString()).toBe('ours');
  expect(await fixture.names()).toEqual(['a.csv']);
});

/** A flow with `overwrite: replace`, and a file at the partner to replace. */
async function sceneWithFile(): Promise<DeliveryFixture> {
  const fixture = await DeliveryFixture.start(stage, { settings: { overwrite: 'replace' } });
  fixture.partner.tree.put('/in/a.csv', { content: before });
  return fixture;
}
