import { describe, expect, it } from 'vitest';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { readDelivery } from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { FlowRoutes } from '../../../../lambdas/push/route-object/flow-routes.ts';
import { type RouteOutcome, routeObject } from '../../../../lambdas/push/route-object/route-object.ts';
import { type TestFlow, usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const now = () => new Date('2026-11-20T02:15:00Z');

/** Routes an event with these flows deployed. */
function route(event: unknown, ...flows: readonly TestFlow[]): Promise<RouteOutcome> {
  const routes = new FlowRoutes(
    async () => ({ partners: flows.map(({ partner }) => partner), unreadable: [] }),
    Date.now,
  );
  return routeObject(event, { table: stage.table(), pushQueue: stage.pushQueue, routes, now });
}

/**
 * As AWS documents it, including what we do not read:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
function awsEvent(key: string, object: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-11-20T02:15:00Z',
    region: 'eu-south-1',
    resources: ['arn:aws:s3:::outbox'],
    detail: {
      version: '0',
      bucket: { name: 'outbox' },
      object: {
        key,
        size: 5,
        etag: 'b1946ac92492d2347c6235b4d2611184',
        'version-id': 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
        sequencer: '00617F08299329D189',
        ...object,
      },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      'source-ip-address': '1.2.3.4',
      reason: 'PutObject',
    },
  };
}

describe('the event of a new object', () => {
  it('becomes a message that names partner, flow, key, version and size', async () => {
    const flow = stage.flow();
    const event = await stage.put(`${flow.prefix}2026/a.csv`, 'hello');

    const routed = await route(event, flow);

    expect(routed).toBe('sent');
    expect(stage.sent(flow)).toMatchObject([
      {
        group: expect.stringMatching(/^acme#[0-3]$/),
        delivery: {
          ...flow.name,
          key: `${flow.prefix}2026/a.csv`,
          versionId: expect.any(String),
          sizeBytes: 5,
        },
      },
    ]);
  });

  it('is parsed as AWS documents it', async () => {
    const flow = stage.flow();

    const routed = await route(awsEvent(`${flow.prefix}a.csv`), flow);

    expect(routed).toBe('sent');
    expect(stage.sent(flow)).toMatchObject([
      { delivery: { versionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e', sizeBytes: 5 } },
    ]);
  });

  it.each([
    'a b.csv',
    'a+b.csv',
    '100%41.csv',
    'a%2Fb.csv',
    'caf\u00e9.csv',
    'cafe\u0301.csv',
    '日本/😀.csv',
    'a&b=c?d#e.csv',
  ])('names the key %s as it is: EventBridge does not encode it', async (below) => {
    const flow = stage.flow();
    const event = await stage.put(`${flow.prefix}${below}`);

    await route(event, flow);

    expect(stage.sent(flow).map(({ delivery }) => delivery.key)).toEqual([`${flow.prefix}${below}`]);
  });

  it('of no bytes is routed like any other', async () => {
    const flow = stage.flow();
    const event = await stage.put(`${flow.prefix}empty`, '');

    await route(event, flow);

    expect(stage.sent(flow)).toMatchObject([{ delivery: { sizeBytes: 0 } }]);
  });

  it('goes to the flow with its prefix, and to no other', async () => {
    const [flow, other] = [stage.flow(), stage.flow()];
    const event = await stage.put(`${other.prefix}a.csv`);

    await route(event, flow, other);

    expect([stage.sent(flow).length, stage.sent(other).length]).toEqual([0, 1]);
  });

  it('of another version of a path is behind it in the same group', async () => {
    const flow = stage.flow();
    const events = [await stage.put(`${flow.prefix}a.csv`, '1'), await stage.put(`${flow.prefix}a.csv`, '2')];

    for (const event of events) await route(event, flow);

    const [first, second] = stage.sent(flow);
    expect(second?.group).toBe(first?.group);
    expect(second?.delivery.versionId).not.toBe(first?.delivery.versionId);
  });
});

describe('an event that is dropped', () => {
  it.each<[string, RouteOutcome, (flow: TestFlow) => string, Readonly<Record<string, unknown>>]>([
    ['whose prefix belongs to no flow', 'no-flow', () => 'foreign/a.csv', {}],
    ['of the prefix without its slash', 'no-flow', ({ prefix }) => prefix.slice(0, -1), {}],
    ['that no glob includes', 'not-selected', ({ prefix }) => `${prefix}a.txt`, { include: ['*.csv'] }],
    ['that a glob excludes', 'not-selected', ({ prefix }) => `${prefix}a.tmp`, { exclude: ['*.tmp'] }],
    ['of a folder of the console', 'not-selected', ({ prefix }) => `${prefix}sub/`, {}],
    ['of the prefix itself', 'not-selected', ({ prefix }) => prefix, {}],
    [
      'of a flow that waits for its schedule',
      'no-event-trigger',
      ({ prefix }) => `${prefix}a.csv`,
      { trigger: ['schedule'], schedule: { cron: '15 2 * * ? *', timeZone: 'UTC' } },
    ],
  ])('%s ends as %s: nothing is sent, recorded or shown', async (_, expected, keyOf, settings) => {
    const flow = stage.flow(settings);
    const key = keyOf(flow);
    const event = await stage.put(key);

    const routed = await route(event, flow);

    // The prefix itself and a key outside it have no entry.
    const relativePath = parseRelativePath(key.slice(flow.prefix.length) || key);
    const name = { flowName: flow.name, relativePath };
    expect(routed).toBe(expected);
    expect(stage.sent(flow)).toEqual([]);
    expect(await stage.issues(flow)).toEqual([]);
    expect((await readDelivery(stage.table(), name)).claimed).toBeUndefined();
  });
});

describe('an event that the flow did not accept a moment ago', () => {
  it.each([
    ['for its globs', { include: ['*.txt'] }],
    ['for its trigger', { trigger: ['schedule'], schedule: { cron: '15 2 * * ? *', timeZone: 'UTC' } }],
  ])('%s is sent with the flows deployed now', async (_, before) => {
    const narrow = stage.flow(before);
    const wide = { include: ['**'], trigger: ['event' as const] };
    const flows = narrow.partner.flows.map((flow) =>
      flow.direction === 'push' ? { ...flow, ...wide } : flow,
    );
    const deployed = { partner: narrow.partner, nowMs: 0 };
    const routes = new FlowRoutes(
      async () => ({ partners: [deployed.partner], unreadable: [] }),
      () => deployed.nowMs,
    );
    await routes.findRoute(`${narrow.prefix}a.csv`);
    Object.assign(deployed, { partner: { ...narrow.partner, flows }, nowMs: 2000 });

    const event = await stage.put(`${narrow.prefix}a.csv`);
    const routed = await routeObject(event, {
      table: stage.table(),
      pushQueue: stage.pushQueue,
      routes,
      now,
    });

    expect(routed).toBe('sent');
    expect(stage.sent(narrow)).toHaveLength(1);
  });
});

describe('a key that has no valid name at the partner', () => {
  it.each([
    ['../../etc/passwd', 'dot-component'],
    ['a/../../b.csv', 'dot-component'],
    ['a//b.csv', 'empty'],
    ['/a.csv', 'empty'],
    ['a\r\nDELE b.csv', 'control-character'],
    [`${'x'.repeat(256)}.csv`, 'name-too-long'],
    ['.a.csv.0123456789abcdef.part', 'reserved-name'],
  ])('%j is not sent, and is listed in attention', async (below, error) => {
    const flow = stage.flow();

    const routed = await route(awsEvent(`${flow.prefix}${below}`), flow);

    expect(routed).toBe('refused');
    expect(stage.sent(flow)).toEqual([]);
    expect(await stage.issues(flow)).toMatchObject([
      { path: below, error, at: now().toISOString(), message: expect.stringContaining('another key') },
    ]);
  });

  it('leaves the record of another key unchanged', async () => {
    const flow = stage.flow();
    await route(awsEvent(`${flow.prefix}a.csv`), flow);

    await route(awsEvent(`${flow.prefix}/a.csv`), flow);

    const record = await readDelivery(stage.table(), {
      flowName: flow.name,
      relativePath: parseRelativePath('a.csv'),
    });
    expect(record.claimed).toBeDefined();
    expect(record.lastError).toBeUndefined();
  });

  it('is refused even if the globs include it', async () => {
    const flow = stage.flow({ include: ['*.csv'] });

    const routed = await route(awsEvent(`${flow.prefix}../a.txt`), flow);

    expect(routed).toBe('refused');
  });
});

describe('events in any order', () => {
  it('send nothing older once a newer one was sent', async () => {
    const flow = stage.flow();
    const [older, newer] = [await stage.put(`${flow.prefix}a`, '1'), await stage.put(`${flow.prefix}a`, '2')];

    const routed = [await route(newer, flow), await route(older, flow)];

    expect(routed).toEqual(['sent', 'stale']);
    expect(stage.sent(flow)).toMatchObject([{ delivery: { sizeBytes: 1 } }]);
    expect(stage.sent(flow)).toHaveLength(1);
  });

  it('that repeat one event five times send one message', async () => {
    const flow = stage.flow();
    const event = await stage.put(`${flow.prefix}a`);

    for (let time = 0; time < 5; time++) await route(event, flow);

    expect(stage.sent(flow)).toHaveLength(1);
  });

  it('at the same time leave the newest version claimed and sent', async () => {
    const flow = stage.flow();
    const events: unknown[] = [];
    for (let version = 0; version < 5; version++)
      events.push(await stage.put(`${flow.prefix}a`, 'x'.repeat(version)));

    await Promise.all([3, 0, 4, 1, 2, 4, 0].map((index) => route(events[index], flow)));

    const { claimed } = await readDelivery(stage.table(), {
      flowName: flow.name,
      relativePath: parseRelativePath('a'),
    });
    const newest = stage.sent(flow).find(({ delivery }) => delivery.sizeBytes === 4);
    expect(newest?.delivery.versionId).toBe(claimed?.versionId);
  });

  it('that could not be sent the first time are sent when they are delivered again', async () => {
    const flow = stage.flow();
    const event = await stage.put(`${flow.prefix}a`);
    const routes = new FlowRoutes(async () => ({ partners: [flow.partner], unreadable: [] }), Date.now);
    const nowhere = { ...stage.pushQueue, url: stage.pushQueue.url.replace('push', 'gone') };

    const failing = routeObject(event, { table: stage.table(), pushQueue: nowhere, routes, now });
    await expect(failing).rejects.toThrow('does not exist');
    const again = await route(event, flow);

    expect(again).toBe('sent');
    expect(stage.sent(flow)).toHaveLength(1);
  });
});

describe('a body that is not an event of a new object', () => {
  it.each<[string, (key: string) => unknown]>([
    ['nothing', () => undefined],
    ['text', () => 'Object Created'],
    ['an empty object', () => ({})],
    ['another kind of event', (key) => Object.assign({}, awsEvent(key), { 'detail-type': 'Object Deleted' })],
    ['another source', (key) => Object.assign({}, awsEvent(key), { source: 'my.app' })],
    ['an empty key', () => awsEvent('')],
    ['no version', (key) => awsEvent(key, { 'version-id': undefined })],
    ['a negative size', (key) => awsEvent(key, { size: -1 })],
    ['a sequencer that is not a number', (key) => awsEvent(key, { sequencer: 'later' })],
    ['a sequencer without end', (key) => awsEvent(key, { sequencer: '0'.repeat(65) })],
  ])('%s is thrown back, and nothing is sent or recorded', async (_, eventOf) => {
    const flow = stage.flow();

    const routing = route(eventOf(`${flow.prefix}a.csv`), flow);

    await expect(routing).rejects.toThrow();
    const record = await readDelivery(stage.table(), {
      flowName: flow.name,
      relativePath: parseRelativePath('a.csv'),
    });
    expect([stage.sent(flow), record.claimed]).toEqual([[], undefined]);
  });
});
