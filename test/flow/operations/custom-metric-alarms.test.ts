import { describe, expect, test, vi } from 'vitest';
import { recordPause, removePause } from '../../../lambdas/ledger/pauses.ts';
import { ServiceError } from '../../../local/endpoint/service-error.ts';
import { createAuthority } from '../../../testing/certificates.ts';
import { startAlarmStage } from '../../support/alarms/alarm-stage.ts';
import { askAttention } from '../../support/alarms/ask-attention.ts';
import { activeEverywhere } from '../../support/alarms/stage-alarms.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { serveAws } from '../../support/serve-aws.ts';

/**
 * Causes the error behind each alarm on custom metrics on the local stack: the event is on the bus, the alarm
 * of the template enters ALARM by what CloudWatch would count, CloudWatch's event is on the bus, and
 * `attention` shows the issue and the alarm.
 */
const minute = 60_000;
const hour = 60 * minute;

/** A time zone where it is about noon, so that no test runs near midnight. */
const untilNoon = 12 - new Date().getUTCHours();
const timeZone = untilNoon === 0 ? 'UTC' : `Etc/GMT${untilNoon > 0 ? '-' : '+'}${Math.abs(untilNoon)}`;

/** Ten minutes ago in that zone. */
const passed = new Date(Date.now() + untilNoon * hour - 10 * minute).toISOString().slice(11, 16);
const everyMinute = { cron: '* * * * ? *', timeZone: 'UTC' };
const daily = (pattern: string) => ({ expect: [{ pattern, by: passed, timeZone }] });

const acme = await startTestPartner('acme', {
  connection: { maxConnections: 1 },
  flows: {
    halting: {},
    rolling: { schedule: everyMinute },
    expected: daily('daily-*.csv'),
    amiss: daily('*.txt'),
    failing: {},
    nightly: { direction: 'push', trigger: ['schedule'], schedule: everyMinute },
  },
});
const locked = await startTestPartner('locked', { login: { user: 'ann', password: 'wrong' } });
const authority = await createAuthority('Authority of ending');
const ending = await startTestPartner('ending', {
  server: {
    certificate: await authority.issue({
      names: ['127.0.0.1'],
      notAfter: new Date(Date.now() + 10 * 24 * hour),
    }),
  },
  tls: { ca: authority.certificatePem },
});
const { alarms, events, runMonitor, monitoredSince, attention, flow, push, stage } = await startAlarmStage([
  acme,
  locked,
  ending,
]);

function put(path: string, content: string): void {
  acme.tree.put(path, { content: Buffer.from(content) });
}

test('No alarm is active on a new stage', async () => {
  const others = (await alarms.describe()).filter(({ StateValue }) => StateValue !== 'OK');

  // monitor-silent needs half an hour of data.
  expect(others).toMatchObject([
    { AlarmName: 'ftps-sync-local-monitor-silent', StateValue: 'INSUFFICIENT_DATA' },
  ]);
});

test('A successful run emits its start and its end, and activates no alarm', async () => {
  const since = new Date();
  put('/rolling/a.txt', 'a');

  const { report } = await flow('acme', 'rolling').pull();
  await runMonitor();

  const detail = { stage: 'local', partner: 'acme', flow: 'rolling', run: report.run };
  expect(events('run.started', since)).toMatchObject([detail]);
  expect(events('run.completed', since)).toMatchObject([
    { ...detail, status: 'succeeded', transferred: 1, bytes: 1 },
  ]);
  expect(alarms.active(since)).toEqual([]);
});

test('run-halted: a listing that is empty now', async () => {
  const since = new Date();
  const halting = flow('acme', 'halting');
  put('/halting/a.txt', 'a');
  await halting.pull();
  acme.tree.delete('/halting/a.txt');

  const { report } = await halting.pull();

  expect(events('run.halted', since)).toMatchObject([{ flow: 'halting', run: report.run }]);
  expect(await alarms.readSigns('run-halted', since)).toEqual(activeEverywhere);
  expect(await attention('acme')).toEqual(['run-halted']);

  await halting.pull({ acceptListing: true });

  expect(await attention('acme')).toEqual([]);
});

test('Each failed file has its own event', async () => {
  const since = new Date();
  put('/failing/a.txt', 'a');
  const refusal = {
    on: 'RETR',
    path: '/failing/a.txt',
    do: { kind: 'reply', code: 550, text: 'No.' },
  } as const;
  acme.server.fault(refusal);

  await flow('acme', 'failing').pull();

  expect(events('file.failed', since)).toMatchObject([
    { flow: 'failing', path: '/failing/a.txt', failedInRun: 1 },
  ]);
  expect(events('run.completed', since)).toMatchObject([{ status: 'incomplete', failed: 1 }]);
  expect(await attention('acme')).toHaveLength(1);
  acme.server.clearFaults();
  await flow('acme', 'failing').pull();
  expect(await attention('acme')).toEqual([]);
});

describe('file-missing', () => {
  test('is active after the time of an expected file that did not arrive', async () => {
    const since = new Date();
    await monitoredSince(new Date(Date.now() - hour));

    await runMonitor();
    await runMonitor();

    expect(events('file.missing', since)).toMatchObject([
      { flow: 'expected', pattern: 'daily-*.csv', expected: 1, arrived: 0 },
      { flow: 'amiss', pattern: '*.txt' },
    ]);
    expect(await alarms.readSigns('file-missing', since)).toEqual(activeEverywhere);
    expect(await attention('acme')).toEqual(['file-missing', 'file-missing']);
  });

  test('is resolved when the file arrives late', async () => {
    const since = new Date();
    put('/expected/daily-1.csv', 'content');
    put('/amiss/whole.txt', 'one and only');

    await flow('acme', 'expected').pull();
    await flow('acme', 'amiss').pull();
    await runMonitor();
    await runMonitor();

    expect(events('file.late', since)).toMatchObject([{ flow: 'expected', inTime: 0 }, { flow: 'amiss' }]);
    const ringing = alarms.active(since);
    expect(ringing).toContain('file-anomaly');
    expect(ringing).not.toContain('file-missing');
    expect(await attention('acme')).toEqual([]);
  });
});

describe('run-overdue', () => {
  test('is active for a flow whose last run is older than its schedule allows', async () => {
    const since = new Date();
    await monitoredSince(new Date(Date.now() - 24 * hour));

    await runMonitor();
    await runMonitor();

    // The pull has run since; the reconcile never has.
    expect(events('run.overdue', since)).toMatchObject([{ partner: 'acme', flow: 'nightly' }]);
    expect(await alarms.readSigns('run-overdue', since)).toEqual(activeEverywhere);
    expect(await attention('acme')).toContain('run-overdue');
  });

  test('is not active for a paused flow', async () => {
    const since = new Date();
    const { partner, flow: paused } = push('acme', 'nightly');
    const at = since.toISOString();
    await recordPause(stage.table, partner, { flow: paused, who: 'ann', at, reason: 'Not tonight.' });

    await runMonitor();

    expect(alarms.active(since)).not.toContain('run-overdue');
    expect(await attention('acme')).not.toContain('run-overdue');
    await removePause(stage.table, partner, paused);
    await runMonitor();
    expect(await attention('acme')).toContain('run-overdue');
  });

  test('is resolved by a run', async () => {
    const since = new Date();

    await push('acme', 'nightly').run();
    await runMonitor();

    expect(alarms.active(since)).not.toContain('run-overdue');
    expect(await attention('acme')).not.toContain('run-overdue');
  });
});

describe('file-anomaly', () => {
  test('is active for files that are empty or duplicates', async () => {
    const since = new Date();
    put('/amiss/empty.txt', '');
    put('/amiss/again.txt', 'one and only');

    await flow('acme', 'amiss').pull();
    await runMonitor();
    await runMonitor();

    expect(events('file.too-small', since)).toMatchObject([{ path: 'empty.txt', sizeBytes: 0, minBytes: 1 }]);
    expect(events('file.duplicate', since)).toMatchObject([{ path: 'again.txt', sameAs: 'whole.txt' }]);
    expect(await alarms.readSigns('file-anomaly', since)).toEqual(activeEverywhere);
    expect((await attention('acme')).toSorted()).toEqual(['file-duplicate', 'file-too-small']);
  });

  test('reports a new version of a file, and not a file that is no longer empty', async () => {
    const since = new Date();
    put('/amiss/whole.txt', 'another one');
    put('/amiss/empty.txt', 'not any more');

    await flow('acme', 'amiss').pull();
    await runMonitor();

    expect(events('file.duplicate', since)).toMatchObject([{ path: 'whole.txt', versions: 2 }]);
    expect(events('file.too-small', since)).toEqual([]);
    expect(await attention('acme')).not.toContain('file-too-small');
  });
});

test('circuit-open: a login refused twice', async () => {
  const since = new Date();

  await flow('locked').pull();
  await flow('locked').pull();
  await runMonitor();

  expect(events('partner.circuit-opened', since)).toMatchObject([{ partner: 'locked' }]);
  expect(await alarms.readSigns('circuit-open', since)).toEqual(activeEverywhere);
  expect(await attention('locked')).toEqual(expect.arrayContaining(['circuit-open', 'run-failed']));
});

test('certificate-expiring: a server certificate that expires in ten days', async () => {
  const since = new Date();

  await flow('ending').pull();
  await runMonitor();

  expect(events('partner.certificate-expiring', since)).toMatchObject([{ partner: 'ending', daysLeft: 9 }]);
  expect(await alarms.readSigns('certificate-expiring', since)).toEqual(activeEverywhere);
  expect(await attention('ending')).toEqual(['certificate-expiring']);
});

describe('attention', () => {
  test('shows active alarms, the longest active first, and open issues', async () => {
    const { document, text } = await askAttention();

    const sinces = (document.alarms ?? []).map(({ since }) => since);
    expect(sinces).toEqual(sinces.toSorted());
    expect(text).toMatch(/^ACTIVE SINCE {2,}ALARM {2,}IMPACT\n/);
    expect(text).toContain('docs/runbook.md#a-circuit-is-open\n');
    expect(text).toMatch(/\n\d+ open issues, \d+ alarms active\.\n$/);
  });

  test('shows no alarms for one partner', async () => {
    const { document, text } = await askAttention('ending');

    expect(document.alarms).toBeUndefined();
    expect(text).toMatch(/\n1 open issue\.\n$/);
  });

  test('shows open issues to a role that may not read alarms', async () => {
    const denying = await serveAws(() => ({
      DescribeAlarms: () => {
        throw new ServiceError('AccessDeniedException', 'Not you.');
      },
    }));
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDWATCH', denying.url);

    const { document, notes } = await askAttention();

    vi.unstubAllEnvs();
    await denying.stop();
    expect(document.total).toBeGreaterThan(0);
    expect(document.alarms).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining('AccessDenied')]);
  });
});

test('Every alarm on custom metrics has been tested', async () => {
  expect(await alarms.unproved((namespace) => !namespace.startsWith('AWS/'))).toEqual([]);
});
