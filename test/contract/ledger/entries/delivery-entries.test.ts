import { describe, expect, it } from 'vitest';
import {
  type DeliveredVersion,
  type DeliveryLastError,
  emptyDeliveryRecord,
} from '../../../../lambdas/core/delivery/delivery-record.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { type OpenItem, openIssues } from '../../../../lambdas/ledger/alerts/attention.ts';
import { openAlert } from '../../../../lambdas/ledger/alerts/open-alerts.ts';
import {
  claimEvent,
  type DeliveryName,
  listDeliveries,
  readDelivery,
  recordDelivered,
  recordDeliveryError,
  recordNothingToDeliver,
  recordRenaming,
} from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import {
  recordFileError,
  recordTransferredVersion,
} from '../../../../lambdas/ledger/entries/file-entries.ts';
import type { FlowName } from '../../../../lambdas/ledger/keys.ts';
import { newFlow, useTable } from '../test-table.ts';

const ledger = useTable();

const at = new Date('2026-11-20T02:15:30.123Z');
const delivered: DeliveredVersion = {
  versionId: 'v1',
  etag: '"etag"',
  modifiedAt: new Date('2026-11-20T02:15:00Z'),
  sizeBytes: 100,
  sha256: 'ab'.repeat(32),
  path: '/in/a.csv',
  verification: 'size+hash',
  doubt: undefined,
  deliveredAt: at,
};
const begunRename = { versionId: 'v1', at, staging: '/in/.a.part', before: undefined, staged: undefined };
const failure: DeliveryLastError = {
  versionId: 'v1',
  error: 'denied',
  message: 'writing /in/a.csv failed',
  tries: 1,
  failedAt: at,
};

function delivery(relativePath = 'a.csv', flowName = newFlow()): DeliveryName {
  return { flowName, relativePath: parseRelativePath(relativePath) };
}

/** The sequencer of the n-th event of a key, and its version. */
function event(n: number): { sequencer: string; versionId: string } {
  return { sequencer: `0055AED6DC${n.toString(16).padStart(8, '0')}`, versionId: `v${n}` };
}

async function issuesOf({ flow }: FlowName): Promise<OpenItem[]> {
  const all = await Array.fromAsync(openIssues(ledger.table));
  return all.filter((issue) => issue.flow === flow);
}

describe('an event', () => {
  it('is claimed when it is delivered', async () => {
    const name = delivery();

    const claim = await claimEvent(ledger.table, name, event(1));

    expect(claim).toBe('claimed');
    expect((await readDelivery(ledger.table, name)).claimed?.versionId).toBe('v1');
  });

  it('is claimed again when it is delivered again, because the first time may have led to nothing', async () => {
    const name = delivery();
    await claimEvent(ledger.table, name, event(1));

    const again = await claimEvent(ledger.table, name, event(1));

    expect(again).toBe('claimed');
  });

  it('is stale after a newer one, and changes nothing', async () => {
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

  it('of one key does not affect another', async () => {
    const name = delivery('a.csv');
    await claimEvent(ledger.table, name, event(2));

    const claim = await claimEvent(
      ledger.table,
      { ...name, relativePath: parseRelativePath('b.csv') },
      event(1),
    );

    expect(claim).toBe('claimed');
  });
});

describe('the record of a delivery', () => {
  it('is nothing before the first event', async () => {
    expect(await readDelivery(ledger.table, delivery())).toStrictEqual(emptyDeliveryRecord);
  });

  it('is read back as it was, the version delivered', async () => {
    const name = delivery();
    await recordDelivered(ledger.table, name, delivered);

    expect(await readDelivery(ledger.table, name)).toStrictEqual({ ...emptyDeliveryRecord, delivered });
  });

  it('is read back as it was, a delivery that was found by looking and one in doubt', async () => {
    const name = delivery();
    const looked: DeliveredVersion = {
      ...delivered,
      sha256: undefined,
      verification: 'inferred',
      doubt: 'possible-duplicate',
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
    const renaming = { versionId: 'v1', at, staging: '/in/.a.part', before, staged: before };
    await recordRenaming(ledger.table, name, renaming);

    expect((await readDelivery(ledger.table, name)).renaming).toStrictEqual(renaming);
  });

  it('is read back as it was, a failure, and what was delivered before it', async () => {
    const name = delivery();
    await recordDelivered(ledger.table, name, delivered);
    await recordDeliveryError(ledger.table, name, { ...failure, versionId: 'v2' });

    expect(await readDelivery(ledger.table, name)).toStrictEqual({
      ...emptyDeliveryRecord,
      delivered,
      lastError: { ...failure, versionId: 'v2' },
    });
  });

  it('has neither rename nor failure once a version is delivered, and keeps its claim', async () => {
    const name = delivery();
    await claimEvent(ledger.table, name, event(1));
    await recordRenaming(ledger.table, name, begunRename);
    await recordDeliveryError(ledger.table, name, failure);
    await recordDelivered(ledger.table, name, delivered);

    const record = await readDelivery(ledger.table, name);

    expect(record).toMatchObject({ claimed: { versionId: 'v1' }, delivered: { versionId: 'v1' } });
    expect([record.renaming, record.lastError]).toEqual([undefined, undefined]);
  });

  it('has no failure once there is nothing left to deliver', async () => {
    const name = delivery();
    await recordDelivered(ledger.table, name, delivered);
    await recordDeliveryError(ledger.table, name, failure);
    await recordNothingToDeliver(ledger.table, name);

    expect(await readDelivery(ledger.table, name)).toStrictEqual({ ...emptyDeliveryRecord, delivered });
  });
});

describe('an unusual key', () => {
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

    const records = await listDeliveries(ledger.table, flowName, keys.map(parseRelativePath));

    expect(records.map((record) => record.delivered?.path)).toEqual(keys);
  });

  it.each(keys)('%j is listed unchanged where it needs attention', async (key) => {
    const name = delivery(key);
    await recordDeliveryError(ledger.table, name, failure);

    const [issue] = await issuesOf(name.flowName);

    expect(issue?.path).toBe(key);
  });
});

describe('a failure that lasts', () => {
  const minutesLater = (minutes: number) => new Date(at.getTime() + minutes * 60_000);

  it('of a delivery is listed since its first try, with the count and the time of the next', async () => {
    const name = delivery();
    const nextTryAt = minutesLater(480);
    await recordDeliveryError(ledger.table, name, failure);
    await recordDeliveryError(ledger.table, name, {
      ...failure,
      tries: 2,
      failedAt: minutesLater(120),
      nextTryAt,
    });

    expect(await issuesOf(name.flowName)).toMatchObject([
      {
        at: at.toISOString(),
        lastTryAt: minutesLater(120).toISOString(),
        tries: 2,
        nextTryAt: nextTryAt.toISOString(),
        isGivenUp: false,
      },
    ]);
  });

  it('of a file is listed since its first run, and a newer failure after it', async () => {
    const { flowName } = delivery();
    const fail = (path: string, attempts: number, failedAt: Date) => {
      const entry = { flowName, relativePath: parseRelativePath(path), fence: 1 };
      const fingerprint = { sizeBytes: 1, modified: undefined, unique: undefined };
      const error = { fingerprint, error: 'denied', message: 'No.', attempts, failedAt };
      return recordFileError(ledger.table, entry, error);
    };
    await fail('old.csv', 1, at);
    await fail('new.csv', 1, minutesLater(60));
    await fail('old.csv', 2, minutesLater(120));

    expect(await issuesOf(flowName)).toMatchObject([
      { path: 'old.csv', at: at.toISOString(), tries: 2, lastTryAt: minutesLater(120).toISOString() },
      { path: 'new.csv', at: minutesLater(60).toISOString(), tries: 1 },
    ]);
  });

  it('begins again after a success', async () => {
    const name = delivery();
    await recordDeliveryError(ledger.table, name, failure);
    await recordDelivered(ledger.table, name, delivered);
    await recordDeliveryError(ledger.table, name, { ...failure, failedAt: minutesLater(60) });

    expect(await issuesOf(name.flowName)).toMatchObject([{ at: minutesLater(60).toISOString() }]);
  });

  it('of a run is listed since the first alert, and gone when no person is needed', async () => {
    const { flowName } = delivery();
    const alert = { id: 'run', subject: 'run', error: 'run-failed', message: 'No.' };
    await openAlert(ledger.table, flowName, { ...alert, need: 'person', at });
    await openAlert(ledger.table, flowName, { ...alert, need: 'person', at: minutesLater(60) });
    const open = await issuesOf(flowName);
    await openAlert(ledger.table, flowName, { ...alert, need: 'none', at: minutesLater(90) });

    expect(open).toMatchObject([{ at: at.toISOString(), error: 'run-failed', isGivenUp: false }]);
    expect(open[0]?.lastTryAt).toBeUndefined();
    expect(await issuesOf(flowName)).toEqual([]);
  });
});

describe('the records of many objects', () => {
  it('comes in the requested order, unknown objects included', async () => {
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

    const records = await listDeliveries(ledger.table, flowName, paths.map(parseRelativePath));

    const expected = paths.map((path, index) => (index % 3 === 0 ? path : undefined));
    expect(records.map((record) => record.delivered?.path)).toEqual(expected);
  });

  it('is empty if nothing is requested', async () => {
    expect(await listDeliveries(ledger.table, newFlow(), [])).toEqual([]);
  });
});

describe('what needs attention', () => {
  const later = (minutes: number) => new Date(at.getTime() + minutes * 60_000);

  /** A file of a pull that could not be transferred. */
  async function failPull(flowName: FlowName, relativePath: string, failedAt: Date): Promise<void> {
    const fingerprint = { sizeBytes: 1, modified: undefined, unique: undefined };
    const why = { fingerprint, error: 'timeout', message: 'silent', attempts: 1, failedAt };
    await recordFileError(
      ledger.table,
      { flowName, relativePath: parseRelativePath(relativePath), fence: 1 },
      why,
    );
  }

  it('is listed with partner, flow, path, time, error and message', async () => {
    const name = delivery('a#b/2026/c.csv');
    await recordDeliveryError(ledger.table, name, failure);

    const issues = await issuesOf(name.flowName);

    expect(issues).toMatchObject([
      {
        partner: 'acme',
        flow: name.flowName.flow,
        path: 'a#b/2026/c.csv',
        at: at.toISOString(),
        error: 'denied',
        message: 'writing /in/a.csv failed',
      },
    ]);
  });

  it('comes oldest first, pulls and pushes together', async () => {
    const flowName = newFlow();
    await recordDeliveryError(ledger.table, delivery('second', flowName), {
      ...failure,
      failedAt: later(2),
    });
    await failPull(flowName, 'sub/third', later(3));
    await failPull(flowName, 'first', later(1));

    const issues = await issuesOf(flowName);

    expect(issues.map(({ path }) => path)).toEqual(['first', 'second', 'sub/third']);
  });

  it('excludes deliveries and files that have succeeded or need nothing any more', async () => {
    const flowName = newFlow();
    for (const path of ['delivered', 'gone', 'left']) {
      await recordDeliveryError(ledger.table, delivery(path, flowName), failure);
    }
    await failPull(flowName, 'transferred', at);
    await recordDelivered(ledger.table, delivery('delivered', flowName), delivered);
    await recordNothingToDeliver(ledger.table, delivery('gone', flowName));
    await recordTransferredVersion(
      ledger.table,
      { flowName, relativePath: parseRelativePath('transferred'), fence: 1 },
      {
        fingerprint: { sizeBytes: 1, modified: undefined, unique: undefined },
        key: 'acme/transferred' as ObjectKey,
        sizeBytes: 1,
        sha256: 'ab'.repeat(32),
        crc32: 'qlWqVQ==',
        verifiedModified: undefined,
        isTimeFinal: false,
        doneFile: undefined,
        etag: '"etag"',
        versionId: 'v1',
        isReplaced: false,
        runId: 'run-1',
        transferredAt: at,
      },
    );

    const issues = await issuesOf(flowName);

    expect(issues.map(({ path }) => path)).toEqual(['left']);
  });

  it('is listed once, with the last error', async () => {
    const name = delivery();
    await recordDeliveryError(ledger.table, name, { ...failure, error: 'timeout' });
    await recordDeliveryError(ledger.table, name, { ...failure, failedAt: later(5) });

    const issues = await issuesOf(name.flowName);

    expect(issues).toMatchObject([{ error: 'denied', lastTryAt: later(5).toISOString() }]);
  });

  it('excludes what is queued, or was delivered without an error', async () => {
    const name = delivery();
    await claimEvent(ledger.table, name, event(1));
    await recordRenaming(ledger.table, name, begunRename);
    await recordDelivered(ledger.table, name, delivered);

    expect(await issuesOf(name.flowName)).toEqual([]);
  });

  it('is listed in full if it spans several pages of the table', async () => {
    const flowName = newFlow();
    const message = 'x'.repeat(20_000);
    const paths = Array.from({ length: 120 }, (_, index) => `${index}`);
    for (const [index, path] of paths.entries()) {
      await recordDeliveryError(ledger.table, delivery(path, flowName), {
        ...failure,
        message,
        failedAt: later(index),
      });
    }

    const issues = await issuesOf(flowName);

    expect(issues.map(({ path }) => path)).toEqual(paths);
  });
});
