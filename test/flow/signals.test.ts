import { describe, expect, test, vi } from 'vitest';
import { ServiceFault } from '../../cli/local/endpoint/service-fault.ts';
import { recordPause, removePause } from '../../lambdas/ledger/pauses.ts';
import { createAuthority } from '../support/certificates.ts';
import { serveAws } from '../support/serve-aws.ts';
import { askAttention } from '../support/stage/ask-attention.ts';
import { startSignalStage } from '../support/stage/signal-stage.ts';
import { ringsEverywhere } from '../support/stage/stage-alarms.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';

/**
 * The fault of each alarm that goes by our own metrics, made on the local stack: the event is on the bus, the alarm of the template
 * rings by what CloudWatch would see, which is told on the bus too, and `attention` shows what is open and the alarm.
 */
const minute = 60_000;
const hour = 60 * minute;

/** A zone where it is about noon now: whatever the time of the day, no test comes near a midnight. */
const untilNoon = 12 - new Date().getUTCHours();
const timeZone = untilNoon === 0 ? 'UTC' : `Etc/GMT${untilNoon > 0 ? '-' : '+'}${Math.abs(untilNoon)}`;

/** A time of the day that has just passed there. */
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
const { alarms, events, watch, watchedSince, attention, flow, push, stage } = await startSignalStage([
  acme,
  locked,
  ending,
]);

function put(path: string, content: string): void {
  acme.tree.put(path, { content: Buffer.from(content) });
}

test('Nothing rings on a stage where nothing has happened', async () => {
  const others = (await alarms.described()).filter(({ StateValue }) => StateValue !== 'OK');

  // Whether the watch is silent is seen after half an hour.
  expect(others).toMatchObject([
    { AlarmName: 'ftps-sync-local-watch-silent', StateValue: 'INSUFFICIENT_DATA' },
  ]);
});

test('A good run tells that it began and that it came to its end, and rings nothing', async () => {
  const since = new Date();
  put('/rolling/a.txt', 'a');

  const { report } = await flow('acme', 'rolling').pull();
  await watch();

  const detail = { stage: 'local', partner: 'acme', flow: 'rolling', run: report.run };
  expect(events('run.started', since)).toMatchObject([detail]);
  expect(events('run.completed', since)).toMatchObject([
    { ...detail, status: 'succeeded', transferred: 1, bytes: 1 },
  ]);
  expect(alarms.ringing(since)).toEqual([]);
});

test('run-halted: a listing that has become empty', async () => {
  const since = new Date();
  const halting = flow('acme', 'halting');
  put('/halting/a.txt', 'a');
  await halting.pull();
  acme.tree.delete('/halting/a.txt');

  const { report } = await halting.pull();

  expect(events('run.halted', since)).toMatchObject([{ flow: 'halting', run: report.run }]);
  expect(await alarms.signsOf('run-halted', since)).toEqual(ringsEverywhere);
  expect(await attention('acme')).toEqual(['run-halted']);

  await halting.pull({ acceptListing: true });

  expect(await attention('acme')).toEqual([]);
});

test('Files that could not be taken are told one by one', async () => {
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
  test('A file that has not come by its time', async () => {
    const since = new Date();
    await watchedSince(new Date(Date.now() - hour));

    await watch();
    await watch();

    expect(events('file.missing', since)).toMatchObject([
      { flow: 'expected', pattern: 'daily-*.csv', expected: 1, arrived: 0 },
      { flow: 'amiss', pattern: '*.txt' },
    ]);
    expect(await alarms.signsOf('file-missing', since)).toEqual(ringsEverywhere);
    expect(await attention('acme')).toEqual(['file-missing', 'file-missing']);
  });

  test('is over when it comes, and late', async () => {
    const since = new Date();
    put('/expected/daily-1.csv', 'content');
    put('/amiss/whole.txt', 'one and only');

    await flow('acme', 'expected').pull();
    await flow('acme', 'amiss').pull();
    await watch();
    await watch();

    expect(events('file.late', since)).toMatchObject([{ flow: 'expected', inTime: 0 }, { flow: 'amiss' }]);
    const ringing = alarms.ringing(since);
    expect(ringing).toContain('file-amiss');
    expect(ringing).not.toContain('file-missing');
    expect(await attention('acme')).toEqual([]);
  });
});

describe('run-overdue', () => {
  test('A flow whose last run is older than its schedule allows', async () => {
    const since = new Date();
    await watchedSince(new Date(Date.now() - 24 * hour));

    await watch();
    await watch();

    // The pull has run since: it is the reconcile that never has.
    expect(events('run.overdue', since)).toMatchObject([{ partner: 'acme', flow: 'nightly' }]);
    expect(await alarms.signsOf('run-overdue', since)).toEqual(ringsEverywhere);
    expect(await attention('acme')).toContain('run-overdue');
  });

  test('is none of a flow that a person has paused', async () => {
    const since = new Date();
    const { partner, flow: paused } = push('acme', 'nightly');
    const at = since.toISOString();
    await recordPause(stage.table, partner, { flow: paused, who: 'ann', at, reason: 'Not tonight.' });

    await watch();

    expect(alarms.ringing(since)).not.toContain('run-overdue');
    expect(await attention('acme')).not.toContain('run-overdue');
    await removePause(stage.table, partner, paused);
    await watch();
    expect(await attention('acme')).toContain('run-overdue');
  });

  test('is over with a run', async () => {
    const since = new Date();

    await push('acme', 'nightly').run();
    await watch();

    expect(alarms.ringing(since)).not.toContain('run-overdue');
    expect(await attention('acme')).not.toContain('run-overdue');
  });
});

describe('file-amiss', () => {
  test('Files that are empty, or have the content of another', async () => {
    const since = new Date();
    put('/amiss/empty.txt', '');
    put('/amiss/again.txt', 'one and only');

    await flow('acme', 'amiss').pull();
    await watch();
    await watch();

    expect(events('file.too-small', since)).toMatchObject([{ path: 'empty.txt', sizeBytes: 0, minBytes: 1 }]);
    expect(events('file.duplicate', since)).toMatchObject([{ path: 'again.txt', sameAs: 'whole.txt' }]);
    expect(await alarms.signsOf('file-amiss', since)).toEqual(ringsEverywhere);
    expect((await attention('acme')).toSorted()).toEqual(['file-duplicate', 'file-too-small']);
  });

  test('A file that comes again in another version is told of, and one that was empty no longer', async () => {
    const since = new Date();
    put('/amiss/whole.txt', 'another one');
    put('/amiss/empty.txt', 'not any more');

    await flow('acme', 'amiss').pull();
    await watch();

    expect(events('file.duplicate', since)).toMatchObject([{ path: 'whole.txt', versions: 2 }]);
    expect(events('file.too-small', since)).toEqual([]);
    expect(await attention('acme')).not.toContain('file-too-small');
  });
});

test('circuit-open: a login that is refused twice', async () => {
  const since = new Date();

  await flow('locked').pull();
  await flow('locked').pull();
  await watch();

  expect(events('partner.circuit-opened', since)).toMatchObject([{ partner: 'locked' }]);
  expect(await alarms.signsOf('circuit-open', since)).toEqual(ringsEverywhere);
  expect(await attention('locked')).toEqual(expect.arrayContaining(['circuit-open', 'run-failed']));
});

test('certificate-expiring: a server whose certificate ends in ten days', async () => {
  const since = new Date();

  await flow('ending').pull();
  await watch();

  expect(events('partner.certificate-expiring', since)).toMatchObject([{ partner: 'ending', daysLeft: 9 }]);
  expect(await alarms.signsOf('certificate-expiring', since)).toEqual(ringsEverywhere);
  expect(await attention('ending')).toEqual(['certificate-expiring']);
});

describe('attention', () => {
  test('shows the alarms that ring, those first that have rung for longest, and what is open', async () => {
    const { document, text } = await askAttention();

    const sinces = (document.alarms ?? []).map(({ since }) => since);
    expect(sinces).toEqual(sinces.toSorted());
    expect(text).toMatch(/^RINGS SINCE {2,}ALARM {2,}WHAT IT MEANS\n/);
    expect(text).toContain('docs/runbook.md#nobody-connects-to-a-partner\n');
    expect(text).toMatch(/\n\d+ open issues, \d+ alarms ringing\.\n$/);
  });

  test('shows no alarms of one partner', async () => {
    const { document, text } = await askAttention('ending');

    expect(document.alarms).toBeUndefined();
    expect(text).toMatch(/\n1 open issue\.\n$/);
  });

  test('shows what is open to who may not read the alarms', async () => {
    const denying = await serveAws(() => ({
      DescribeAlarms: () => {
        throw new ServiceFault('AccessDeniedException', 'Not you.');
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

test('Every alarm of our own metrics has been proved', async () => {
  expect(await alarms.unproved((namespace) => !namespace.startsWith('AWS/'))).toEqual([]);
});
