import { expect, it, onTestFinished } from 'vitest';
import type { Timeouts } from '../../../lambdas/ftps/timeouts.ts';
import { afterFailure } from '../../../lambdas/push/push-fault.ts';
import type { FaultRule } from '../../support/ftps-server/faults.ts';
import { DeliveryScene } from './delivery-scene.ts';
import { usePushStage } from './push-stage.ts';

const stage = usePushStage();

const before = 'what the partner had';
/** More than all the buffers between us and the server hold, so that its silence is felt amid the bytes. */
const large = 'ours '.repeat(5_000_000);

interface Silence {
  readonly title: string;
  readonly rule: FaultRule;
  readonly content?: string;
  /** Only the one that is waited for is short: what the server does answer may take its time. */
  readonly timeouts: Partial<Timeouts>;
  readonly says: string;
  /** Whom it keeps waiting. */
  readonly holds: 'group' | 'same-order';
}

const silences: readonly Silence[] = [
  {
    title: 'instead of its greeting',
    rule: { on: 'connect', do: { kind: 'silence' } },
    timeouts: { loginMs: 300 },
    says: 'no login within',
    holds: 'group',
  },
  {
    title: 'in the TLS handshake',
    rule: { on: 'AUTH', do: { kind: 'stall-handshake' } },
    timeouts: { loginMs: 300 },
    says: 'no login within',
    holds: 'group',
  },
  {
    title: 'after the password',
    rule: { on: 'PASS', do: { kind: 'silence' } },
    timeouts: { loginMs: 300 },
    says: 'no login within',
    holds: 'group',
  },
  {
    title: 'instead of the handshake on the data connection',
    rule: { on: 'STOR', do: { kind: 'stall-data-handshake' } },
    timeouts: { idleMs: 300 },
    says: 'not a byte was taken',
    holds: 'same-order',
  },
  {
    title: 'after 150, amid the bytes',
    rule: { on: 'STOR', do: { kind: 'stall-data', afterBytes: 100_000 } },
    content: large,
    timeouts: { idleMs: 300 },
    says: 'not a byte was taken',
    holds: 'same-order',
  },
  {
    title: 'after the last byte, before 226',
    rule: { on: 'STOR', do: { kind: 'no-final-reply' } },
    timeouts: { finalReplyMs: 300 },
    says: 'no final reply came',
    holds: 'same-order',
  },
  {
    title: 'instead of a rename',
    rule: { on: 'RNTO', do: { kind: 'silence' } },
    timeouts: { replyMs: 2000 },
    says: 'no reply within',
    holds: 'same-order',
  },
];

it.each(silences)(
  'A server that falls silent $title is waited for in vain, then delivered to once',
  async ({ rule, content = 'ours', timeouts, says, holds }) => {
    const scene = await sceneWithFile();
    const delivery = await scene.put('a.csv', content);
    scene.partner.server.fault({ times: 1, ...rule });

    const error = await scene.push(delivery, timeouts).catch((reason: unknown) => reason);
    const { failure } = await scene.record('a.csv');
    const meanwhile = scene.partner.tree.bytesOf('/in/a.csv').toString();
    const end = await scene.push(delivery);

    expect(error).toMatchObject({ tries: 1, message: expect.stringContaining(says) });
    expect(failure).toMatchObject({ fault: 'timeout', tries: 1 });
    expect(afterFailure(1, error)).toEqual({ kind: 'again', seconds: 120, holds });
    expect(meanwhile).toBe(before);
    expect(end).toBe('delivered');
    expect(scene.partner.tree.bytesOf('/in/a.csv').toString() === content).toBe(true);
    expect((await scene.record('a.csv')).delivered).toMatchObject({ verification: 'size', doubt: undefined });
    expect(await scene.names()).toEqual(['a.csv']);
  },
);

it('A server that renames and falls silent is waited for in vain, and not sent the file again', async () => {
  const scene = await sceneWithFile();
  const { server, tree } = scene.partner;
  const delivery = await scene.put('a.csv', 'ours');
  const released = Promise.withResolvers<void>();
  onTestFinished(() => released.resolve());
  const change = async () => {
    const [staging = ''] = (await scene.names()).filter((name) => name.endsWith('.part'));
    tree.put('/in/a.csv', { content: tree.bytesOf(`/in/${staging}`) }).delete(`/in/${staging}`);
    await released.promise;
  };
  server.fault({ on: 'RNTO', times: 1, do: { kind: 'beforehand', change } });

  const error = await scene.push(delivery, { replyMs: 2000 }).catch((reason: unknown) => reason);
  const end = await scene.push(delivery);

  expect(afterFailure(1, error)).toMatchObject({ kind: 'again', holds: 'same-order' });
  expect(end).toBe('delivered');
  expect((await scene.record('a.csv')).delivered).toMatchObject({ verification: 'looked', doubt: undefined });
  expect(server.log.filter(({ command }) => command === 'STOR' || command === 'RNTO')).toHaveLength(2);
  expect(tree.bytesOf('/in/a.csv').toString()).toBe('ours');
  expect(await scene.names()).toEqual(['a.csv']);
});

/** A flow that replaces, and a file at the partner that its delivery is to replace. */
async function sceneWithFile(): Promise<DeliveryScene> {
  const scene = await DeliveryScene.start(stage, { settings: { overwrite: 'replace' } });
  scene.partner.tree.put('/in/a.csv', { content: before });
  return scene;
}
