import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { firstReconcileCursor, type ReconcileCursor } from '../../../../lambdas/contract/events/delivery.ts';
import type { DeliveredVersion } from '../../../../lambdas/core/delivery/delivery-record.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { recordDelivered, recordDeliveryError } from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { PartnerError } from '../../../../lambdas/partners/partner-error.ts';
import { reconcile } from '../../../../lambdas/push/reconcile/reconcile.ts';
import { currentObject } from '../../../../lambdas/s3/object-versions.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { type TestFlow, usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const minuteMs = 60_000;
const at = new Date('2026-11-20T02:15:00Z');

interface Call {
  readonly cursor?: ReconcileCursor;
  readonly execution?: string;
  /** Milliseconds left of the invocation for each call; the last value is repeated. */
  readonly left?: readonly number[];
  readonly flowName?: TestFlow['name'];
}

/** One call of the step. */
function call(
  flow: TestFlow,
  { cursor, execution = 'execution-1', left = [15 * minuteMs], flowName }: Call = {},
) {
  const times = [...left];
  const remainingMs = () => (times.length > 1 ? times.shift() : times[0]) ?? 0;
  return reconcile(
    {
      ...(flowName ?? flow.name),
      execution: { id: execution, startedAt: at },
      cursor: cursor ?? firstReconcileCursor,
    },
    {
      table: stage.table(),
      outbox: stage.outbox,
      pushQueue: stage.pushQueue,
      readPartner: async () => flow.partner,
      log: silentLog,
      now: () => at,
      deadline: { remainingMs, totalMs: 900_000, signal: new AbortController().signal, clear: () => {} },
    },
  );
}

/** The keys below the flow's prefix that were sent, in order. */
function sentBelow(flow: TestFlow): string[] {
  return stage.sent(flow).map(({ delivery }) => delivery.key.slice(flow.prefix.length));
}

async function putAll(flow: TestFlow, names: readonly string[]): Promise<void> {
  for (let start = 0; start < names.length; start += 25) {
    await Promise.all(names.slice(start, start + 25).map((name) => stage.put(`${flow.prefix}${name}`, name)));
  }
}

/** Records the object as delivered in its current version, by default a while after it was put. */
async function deliver(
  flow: TestFlow,
  relativePath: string,
  times: Partial<Pick<DeliveredVersion, 'modifiedAt' | 'deliveredAt'>> = {},
): Promise<void> {
  const current = await currentObject(stage.outbox, `${flow.prefix}${relativePath}`);
  if (current === undefined) throw new Error(`${relativePath} is not there`);
  await recordDelivered(
    stage.table(),
    { flowName: flow.name, relativePath: parseRelativePath(relativePath) },
    {
      ...current,
      sha256: undefined,
      path: '/in',
      verification: 'size',
      doubt: undefined,
      deliveredAt: new Date(Date.now() + 60 * minuteMs),
      ...times,
    },
  );
}

/** The requests to bucket and queue from now on, in order. */
function monitorRequests(): string[] {
  const seen: string[] = [];
  const options = { step: 'initialize', name: 'monitorRequests' } as const;
  const note = ({ commandName = '' }) => void seen.push(commandName.replace('Command', ''));
  const [storage, queue] = [stage.outbox.client.middlewareStack, stage.pushQueue.client.middlewareStack];
  storage.add((next, context) => {
    return (args) => {
      note(context);
      return next(args);
    };
  }, options);
  queue.add((next, context) => {
    return (args) => {
      note(context);
      return next(args);
    };
  }, options);
  onTestFinished(() => {
    storage.remove(options.name);
    queue.remove(options.name);
  });
  return seen;
}

describe('reconcile', () => {
  it('sends what was never delivered, in its current version', async () => {
    const flow = stage.flow();
    await stage.put(`${flow.prefix}a.csv`, 'old');
    await stage.put(`${flow.prefix}a.csv`, 'newer');
    const current = await currentObject(stage.outbox, `${flow.prefix}a.csv`);

    const cursor = await call(flow);

    expect(cursor).toMatchObject({ done: true, listed: 1, enqueued: 1 });
    expect(stage.sent(flow)).toEqual([
      {
        group: expect.stringMatching(/^acme#[0-3]$/),
        delivery: {
          ...flow.name,
          key: `${flow.prefix}a.csv`,
          versionId: current?.versionId,
          sizeBytes: 5,
        },
      },
    ]);
  });

  it('sends neither a delivered object nor anything else of its directory', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a.csv', 'b.csv', 'sub/a.csv', 'sub/b.csv']);
    await deliver(flow, 'a.csv');
    await deliver(flow, 'sub/b.csv');

    const cursor = await call(flow);

    expect(cursor).toMatchObject({ done: true, listed: 4, enqueued: 2 });
    expect(sentBelow(flow)).toEqual(['b.csv', 'sub/a.csv']);
  });

  it('sends an object that has changed since its delivery', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a.csv', 'b.csv']);
    await deliver(flow, 'a.csv');
    await deliver(flow, 'b.csv');
    await stage.put(`${flow.prefix}b.csv`, 'another');

    await call(flow);

    expect(sentBelow(flow)).toEqual(['b.csv']);
  });

  it.each([
    ['right after its delivery', { deliveredAt: new Date() }],
    ['the day after', { modifiedAt: new Date(Date.now() - 24 * 60 * minuteMs) }],
  ])('sends an object that was put again with the same bytes, %s', async (_, times) => {
    const schedule = { cron: '0 4 * * ? *', timeZone: 'Europe/Rome' };
    const flow = stage.flow({ trigger: ['schedule'], schedule });
    await putAll(flow, ['flag.csv', 'other.csv']);
    await deliver(flow, 'flag.csv', times);
    await deliver(flow, 'other.csv', { deliveredAt: new Date() });
    await putAll(flow, ['flag.csv']);
    const current = await currentObject(stage.outbox, `${flow.prefix}flag.csv`);

    await call(flow);

    expect(stage.sent(flow).map(({ delivery }) => delivery.versionId)).toEqual([current?.versionId]);
  });

  it('sends a failed version, even if it has the bytes of the delivered one', async () => {
    const flow = stage.flow();
    await putAll(flow, ['flag.csv']);
    await deliver(flow, 'flag.csv');
    await putAll(flow, ['flag.csv']);
    const { versionId = '' } = (await currentObject(stage.outbox, `${flow.prefix}flag.csv`)) ?? {};
    const lastError = { versionId, error: 'no-space', message: 'quota', tries: 1, failedAt: at };
    const name = { flowName: flow.name, relativePath: parseRelativePath('flag.csv') };
    await recordDeliveryError(stage.table(), name, lastError);

    await call(flow);

    expect(stage.sent(flow).map(({ delivery }) => delivery.versionId)).toEqual([versionId]);
  });

  it('sends an object whose delivery failed', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a.csv']);
    const lastError = { versionId: 'v1', error: 'denied', message: 'no', tries: 1, failedAt: at };
    await recordDeliveryError(
      stage.table(),
      { flowName: flow.name, relativePath: parseRelativePath('a.csv') },
      lastError,
    );

    await call(flow);

    expect(sentBelow(flow)).toEqual(['a.csv']);
  });

  it('lists the bucket once and sends nothing if there is nothing to do', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a.csv', 'b.csv']);
    await deliver(flow, 'a.csv');
    await deliver(flow, 'b.csv');
    const requests = monitorRequests();

    const cursor = await call(flow);

    expect(cursor).toMatchObject({ done: true, listed: 2, enqueued: 0 });
    expect(new Set(requests)).toEqual(new Set(['ListObjectsV2']));
  });

  it('is done at once if the prefix is empty', async () => {
    const cursor = await call(stage.flow());

    expect(cursor).toEqual({ done: true, after: '', listed: 0, enqueued: 0 });
  });

  it('skips what the flow does not select, folders and other prefixes', async () => {
    const flow = stage.flow({ include: ['**/*.csv'], exclude: ['old/**'] });
    await putAll(flow, ['a.csv', 'a.txt', 'old/a.csv', 'sub/']);
    await stage.put(`${flow.prefix.slice(0, -1)}-other/a.csv`);
    await stage.put(flow.prefix, '');

    await call(flow);

    expect(sentBelow(flow)).toEqual(['a.csv']);
  });

  it('skips deleted objects', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a.csv', 'b.csv']);
    const Key = `${flow.prefix}a.csv`;
    await stage.outbox.client.send(new DeleteObjectCommand({ Bucket: stage.outbox.name, Key }));

    await call(flow);

    expect(sentBelow(flow)).toEqual(['b.csv']);
  });

  it('sends a key that has no valid name at the partner, so that it is recorded as failed', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a//b.csv', 'c.csv']);

    await call(flow);

    expect(sentBelow(flow)).toEqual(['a//b.csv', 'c.csv']);
  });

  it('sends the versions of a path to the group of its events', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a.csv']);
    await call(flow);
    await stage.put(`${flow.prefix}a.csv`, 'another');

    await call(flow, { execution: 'execution-2' });

    const groups = stage.sent(flow).map(({ group }) => group);
    expect(groups).toHaveLength(2);
    expect(new Set(groups).size).toBe(1);
  });

  it('sends nothing twice when a step is retried, and everything again in another run', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a.csv', 'b.csv']);

    await call(flow);
    await call(flow);
    const afterOne = sentBelow(flow);
    await call(flow, { execution: 'execution-2' });

    expect(afterOne).toEqual(['a.csv', 'b.csv']);
    expect(sentBelow(flow)).toEqual(['a.csv', 'b.csv', 'a.csv', 'b.csv']);
  });

  it('throws for a flow that does not exist', async () => {
    const flow = stage.flow();
    const flowName = stage.flow().name;

    const calling = call(flow, { flowName });

    await expect(calling).rejects.toThrow(PartnerError);
  });

  it('throws for a pull', async () => {
    const flow = stage.flow({ direction: 'pull' });

    await expect(call(flow)).rejects.toThrow('is a pull, not a push');
  });
});

describe('reconcile of many objects', () => {
  const names = Array.from(
    { length: 2050 },
    (_, index) => `${index % 3}/${String(index).padStart(4, '0')}.csv`,
  );
  const sorted = names.toSorted();

  it('works page by page, holds no more than one, and begins none when its time is nearly up', async () => {
    const flow = stage.flow();
    await putAll(flow, names);
    const requests = monitorRequests();

    const first = await call(flow, { left: [minuteMs] });
    const second = await call(flow, { cursor: first, left: [minuteMs] });
    const third = await call(flow, { cursor: second });

    expect(first).toEqual({
      done: false,
      after: `${flow.prefix}${sorted[999]}`,
      listed: 1000,
      enqueued: 1000,
    });
    expect(second).toEqual({
      done: false,
      after: `${flow.prefix}${sorted[1999]}`,
      listed: 2000,
      enqueued: 2000,
    });
    expect(third).toMatchObject({ done: true, listed: 2050, enqueued: 2050 });
    expect(sentBelow(flow)).toEqual(sorted);
    // Each page is sent before the next one is requested.
    const steps = requests.filter((name, index) => name !== requests[index - 1]);
    expect(steps).toEqual([
      ...Array.from({ length: 3 }, () => ['ListObjectsV2', 'HeadObject', 'SendMessageBatch']).flat(),
      'ListObjectsV2',
    ]);
  });

  it('processes one page even in an invocation without time, or it would never end', async () => {
    const flow = stage.flow();
    await putAll(flow, ['a.csv']);

    const first = await call(flow, { left: [0] });
    const second = await call(flow, { cursor: first, left: [0] });

    expect([first, second]).toMatchObject([
      { done: false, listed: 1, enqueued: 1 },
      { done: true, listed: 1, enqueued: 1 },
    ]);
  });
});
