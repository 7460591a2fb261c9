import { describe, expect, it } from 'vitest';
import { type OpenIssue, openIssues } from '../../../lambdas/ledger/attention.ts';
import {
  claimEvent,
  type DeliveryName,
  deliveriesOf,
  readDelivery,
  recordDelivered,
  recordDeliveryFailure,
  recordNothingToDeliver,
  recordRenaming,
} from '../../../lambdas/ledger/delivery-entries.ts';
import { recordFailure, recordTaken } from '../../../lambdas/ledger/file-entries.ts';
import type { FlowName } from '../../../lambdas/ledger/keys.ts';
import {
  type DeliveredVersion,
  type DeliveryFailure,
  unknownDelivery,
} from '../../../lambdas/sync/delivery-record.ts';
import type { ObjectKey } from '../../../lambdas/sync/object-key.ts';
import { newFlow, useTable } from './test-table.ts';

const ledger = useTable();

const at = new Date('2026-11-20T02:15:30.123Z');
const delivered: DeliveredVersion = {
  versionId: 'v1',
  etag: '"etag"',
  sizeBytes: 100,
  sha256: 'ab'.repeat(32),
  path: '/in/a.csv',
  verification: 'size+hash',
  doubt: undefined,
  deliveredAt: at,
};
const failure: DeliveryFailure = {
  versionId: 'v1',
  fault: 'denied',
  message: 'writing /in/a.csv failed',
  tries: 1,
  failedAt: at,
};

function delivery(relativePath = 'a.csv', flowName = newFlow()): DeliveryName {
  return { flowName, relativePath };
}

/** The sequencer of the n-th event of a key, and the version it tells of. */
function event(n: number): { sequencer: string; versionId: string } {
  return { sequencer: `0055AED6DC${n.toString(16).padStart(8, '0')}`, versionId: `v${n}` };
}

async function issuesOf({ flow }: FlowName): Promise<OpenIssue[]> {
  const all = await Array.fromAsync(openIssues(ledger.table));
  return all.filter((issue) => issue.flow === flow);
}

describe('an event', () => {
  it('is claimed once it comes', async () => {
    const name = delivery();

    const claim = await claimEvent(ledger.table, name, event(1));

    expect(claim).toBe('claimed');
    expect((await readDelivery(ledger.table, name)).claimed?.versionId).toBe('v1');
  });

  it('is claimed again when it comes again, since the first time may have led to nothing', async () => {
    const name = delivery();
    await claimEvent(ledger.table, name, event(1));

    const again = await claimEvent(ledger.table, name, event(1));

    expect(again).toBe('claimed');
  });

  it('is stale behind a newer one, and changes nothing', async () => {
    const name = delivery();
    await claimEvent(ledger.table, name, event(2));

    const late = await claimEvent(ledger.table, name, event(1));

    expect(late).toBe('stale');
    expect((await readDelivery(ledger.table, name)).claimed?.versionId).toBe('v2');
  });

  it.each([
    ['small letters', { sequencer: '0055aed6dc000000ff', versionId: 'v255' }],
    ['a longer sequencer', { sequencer: '0055AED6DC00000002A1', versionId: 'longer' }],
    ['a shorter sequencer of a later time', { sequencer: '0055AED6DD', versionId: 'shorter' }],
  ])('with %s is known as the newer one', async (_, newer) => {
    const name = delivery();
    await claimEvent(ledger.table, name, event(2));

    const claim = await claimEvent(ledger.table, name, newer);
    const late = await claimEvent(ledger.table, name, event(2));

    expect([claim, late]).toEqual(['claimed', 'stale']);
  });

  it.each([3, 7, 11])(
    'among 20 at once, in any order, leaves the newest claimed (in steps of %i)',
    async (step) => {
      const name = delivery();
      const order = Array.from({ length: 20 }, (_, index) => ((index * step) % 20) + 1);

      await Promise.all(order.map((n) => claimEvent(ledger.table, name, event(n))));

      expect(new Set(order).size).toBe(20);
      expect((await readDelivery(ledger.table, name)).claimed?.versionId).toBe('v20');
    },
  );

  it('of one key says nothing of another', async () => {
    const name = delivery('a.csv');
    await claimEvent(ledger.table, name, event(2));

    const claim = await claimEvent(ledger.table, { ...name, relativePath: 'b.csv' }, event(1));

    expect(claim).toBe('claimed');
  });
});

describe('what is recorded of a delivery', () => {
  it('is nothing before the first event', async () => {
    expect(await readDelivery(ledger.table, delivery())).toStrictEqual(unknownDelivery);
  });

  it('is read back as it was, the version delivered', async () => {
    const name = delivery();
    await recordDelivered(ledger.table, name, delivered);

    expect(await readDelivery(ledger.table, name)).toStrictEqual({ ...unknownDelivery, delivered });
  });

  it('is read back as it was, a delivery that was found by looking and one in doubt', async () => {
    const name = delivery();
    const looked: DeliveredVersion = {
      ...delivered,
      sha256: undefined,
      verification: 'looked',
      doubt: 'perhaps-twice',
    };
    await recordDelivered(ledger.table, name, looked);

    expect((await readDelivery(ledger.table, name)).delivered).toStrictEqual(looked);
  });

  it.each([
    ['nothing', undefined],
    ['a file', { sizeBytes: 100, modified: '20261119120000' }],
    ['a file of which the server tells nothing', { sizeBytes: undefined, modified: undefined }],
  ])('is read back as it was, a rename over %s', async (_, before) => {
    const name = delivery();
    const renaming = { versionId: 'v1', at, before };
    await recordRenaming(ledger.table, name, renaming);

    expect((await readDelivery(ledger.table, name)).renaming).toStrictEqual(renaming);
  });

  it('is read back as it was, a failure, and what was delivered before it', async () => {
    const name = delivery();
    await recordDelivered(ledger.table, name, delivered);
    await recordDeliveryFailure(ledger.table, name, { ...failure, versionId: 'v2' });

    expect(await readDelivery(ledger.table, name)).toStrictEqual({
      ...unknownDelivery,
      delivered,
      failure: { ...failure, versionId: 'v2' },
    });
  });

  it('has neither rename nor failure once a version is delivered, and keeps its claim', async () => {
    const name = delivery();
    await claimEvent(ledger.table, name, event(1));
    await recordRenaming(ledger.table, name, { versionId: 'v1', at, before: undefined });
    await recordDeliveryFailure(ledger.table, name, failure);
    await recordDelivered(ledger.table, name, delivered);

    const record = await readDelivery(ledger.table, name);

    expect(record).toMatchObject({ claimed: { versionId: 'v1' }, delivered: { versionId: 'v1' } });
    expect([record.renaming, record.failure]).toEqual([undefined, undefined]);
  });

  it('has no failure once there is nothing left to deliver', async () => {
    const name = delivery();
    await recordDelivered(ledger.table, name, delivered);
    await recordDeliveryFailure(ledger.table, name, failure);
    await recordNothingToDeliver(ledger.table, name);

    expect(await readDelivery(ledger.table, name)).toStrictEqual({ ...unknownDelivery, delivered });
  });
});

describe('a key that hurts', () => {
  const long = 'é'.repeat(511);
  const keys = [
    'a.csv',
    '/a.csv',
    '//a.csv',
    'sub/a.csv',
    'sub//a.csv',
    'sub/',
    'sub//',
    '/',
    '~',
    '~/a.csv',
    '/~',
    'a#b/c#d.csv',
    '../a.csv',
    'a\r\nDELE b',
    '\u0000',
    long,
    `${'d'.repeat(1010)}/a.csv`,
    '__proto__',
    'caf\u00e9',
    'cafe\u0301',
  ];

  it('has an entry of its own, whatever it is', async () => {
    const { flowName } = delivery();
    for (const key of keys) {
      await recordDelivered(ledger.table, delivery(key, flowName), { ...delivered, path: key });
    }

    const records = await deliveriesOf(ledger.table, flowName, keys);

    expect(records.map((record) => record.delivered?.path)).toEqual(keys);
  });

  it.each(keys)('%j is told as it is where it needs attention', async (key) => {
    const name = delivery(key);
    await recordDeliveryFailure(ledger.table, name, failure);

    const [issue] = await issuesOf(name.flowName);

    expect(issue?.path).toBe(key);
  });
});

describe('what is known of many objects', () => {
  it('comes in the order that was asked for, with what nobody has heard of between', async () => {
    const { flowName } = delivery();
    const paths = Array.from({ length: 1000 }, (_, index) => `sub-${index % 7}/${index}.csv`);
    const known = paths.filter((_, index) => index % 3 === 0);
    for (let start = 0; start < known.length; start += 50) {
      await Promise.all(
        known.slice(start, start + 50).map((path) => {
          return recordDelivered(ledger.table, delivery(path, flowName), { ...delivered, path });
        }),
      );
    }

    const records = await deliveriesOf(ledger.table, flowName, paths);

    const expected = paths.map((path, index) => (index % 3 === 0 ? path : undefined));
    expect(records.map((record) => record.delivered?.path)).toEqual(expected);
  });

  it('is nothing where nothing is asked for', async () => {
    expect(await deliveriesOf(ledger.table, newFlow(), [])).toEqual([]);
  });
});

describe('what needs attention', () => {
  const later = (minutes: number) => new Date(at.getTime() + minutes * 60_000);

  /** A pull's file that could not be taken. */
  async function failPull(flowName: FlowName, relativePath: string, failedAt: Date): Promise<void> {
    const fingerprint = { sizeBytes: 1, modified: undefined, unique: undefined };
    const why = { fingerprint, fault: 'timeout', message: 'silent', attempts: 1, failedAt };
    await recordFailure(ledger.table, { flowName, relativePath, fence: 1 }, why);
  }

  it('is told with partner, flow, path, time, fault and message', async () => {
    const name = delivery('a#b/2026/c.csv');
    await recordDeliveryFailure(ledger.table, name, failure);

    const issues = await issuesOf(name.flowName);

    expect(issues).toEqual([
      {
        partner: 'acme',
        flow: name.flowName.flow,
        path: 'a#b/2026/c.csv',
        at: at.toISOString(),
        fault: 'denied',
        message: 'writing /in/a.csv failed',
      },
    ]);
  });

  it('comes oldest first, pulls and pushes together', async () => {
    const flowName = newFlow();
    await recordDeliveryFailure(ledger.table, delivery('second', flowName), {
      ...failure,
      failedAt: later(2),
    });
    await failPull(flowName, 'sub/third', later(3));
    await failPull(flowName, 'first', later(1));

    const issues = await issuesOf(flowName);

    expect(issues.map(({ path }) => path)).toEqual(['first', 'second', 'sub/third']);
  });

  it('is what is left when others are delivered, taken, or nothing any more', async () => {
    const flowName = newFlow();
    for (const path of ['delivered', 'gone', 'left']) {
      await recordDeliveryFailure(ledger.table, delivery(path, flowName), failure);
    }
    await failPull(flowName, 'taken', at);
    await recordDelivered(ledger.table, delivery('delivered', flowName), delivered);
    await recordNothingToDeliver(ledger.table, delivery('gone', flowName));
    await recordTaken(
      ledger.table,
      { flowName, relativePath: 'taken', fence: 1 },
      {
        fingerprint: { sizeBytes: 1, modified: undefined, unique: undefined },
        key: 'acme/taken' as ObjectKey,
        sizeBytes: 1,
        sha256: 'ab'.repeat(32),
        crc32: 'qlWqVQ==',
        verifiedModified: undefined,
        etag: '"etag"',
        versionId: 'v1',
        isReplaced: false,
        runId: 'run-1',
        takenAt: at,
      },
    );

    const issues = await issuesOf(flowName);

    expect(issues.map(({ path }) => path)).toEqual(['left']);
  });

  it('is told once, with what failed last', async () => {
    const name = delivery();
    await recordDeliveryFailure(ledger.table, name, { ...failure, fault: 'timeout' });
    await recordDeliveryFailure(ledger.table, name, { ...failure, failedAt: later(5) });

    const issues = await issuesOf(name.flowName);

    expect(issues).toMatchObject([{ fault: 'denied', at: later(5).toISOString() }]);
  });

  it('is not what waits, or was delivered without a failure', async () => {
    const name = delivery();
    await claimEvent(ledger.table, name, event(1));
    await recordRenaming(ledger.table, name, { versionId: 'v1', at, before: undefined });
    await recordDelivered(ledger.table, name, delivered);

    expect(await issuesOf(name.flowName)).toEqual([]);
  });

  it('is told whole where it is more than one answer of the table holds', async () => {
    const flowName = newFlow();
    const message = 'x'.repeat(20_000);
    const paths = Array.from({ length: 120 }, (_, index) => `${index}`);
    for (const [index, path] of paths.entries()) {
      await recordDeliveryFailure(ledger.table, delivery(path, flowName), {
        ...failure,
        message,
        failedAt: later(index),
      });
    }

    const issues = await issuesOf(flowName);

    expect(issues.map(({ path }) => path)).toEqual(paths);
  });
});
