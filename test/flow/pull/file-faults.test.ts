import { expect, test } from 'vitest';
import type { FaultRule } from '../../../testing/ftps-server/faults.ts';
import { generatedSha256 } from '../../../testing/ftps-server/tree/generated-content.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

/** The file that fails. It has two parts, so an upload is in progress when it fails. */
const big = { sizeBytes: 10 * 1024 * 1024, seed: 3 };
const mebibyte = 1024 * 1024;

/** Temporary faults: the run retries the file. */
const passing = [
  { name: 'small-226', fault: { kind: 'cut-data', afterBytes: 2, with: 'close-notify' }, file: 'small' },
  {
    name: 'cut-226',
    fault: { kind: 'cut-data', afterBytes: 9 * mebibyte, with: 'close-notify' },
    file: 'big',
  },
  { name: 'fin-226', fault: { kind: 'cut-data', afterBytes: 9 * mebibyte, with: 'fin' }, file: 'big' },
  { name: 'reset-226', fault: { kind: 'cut-data', afterBytes: 9 * mebibyte, with: 'reset' }, file: 'big' },
  {
    name: 'cut-426',
    fault: { kind: 'cut-data', afterBytes: mebibyte, with: 'fin', code: 426, text: 'Closed.' },
    file: 'big',
  },
  {
    name: 'cut-451',
    fault: { kind: 'cut-data', afterBytes: 3, with: 'reset', code: 451, text: 'Disk error.' },
    file: 'small',
  },
  { name: 'whole-451', fault: { kind: 'final-reply', code: 451, text: 'Not sure.' }, file: 'small' },
  { name: 'busy-450', fault: { kind: 'reply', code: 450, text: 'File busy.' }, file: 'small' },
  { name: 'no-data-425', fault: { kind: 'reply', code: 425, text: 'No data connection.' }, file: 'small' },
  { name: 'control-cut', fault: { kind: 'cut-control', when: 'before', with: 'reset' }, file: 'small' },
  { name: 'control-after', fault: { kind: 'cut-control', when: 'after', with: 'fin' }, file: 'big' },
  { name: 'too-long', fault: { kind: 'extra-data', bytes: 1 }, file: 'small' },
] as const satisfies readonly { name: string; fault: FaultRule['do']; file: 'small' | 'big' }[];

/** Permanent faults, for as long as the rule exists. */
const lasting = [
  {
    name: 'always-short',
    fault: { kind: 'cut-data', afterBytes: 9 * mebibyte, with: 'close-notify' },
    kind: 'wrong-size',
  },
  { name: 'always-long', fault: { kind: 'extra-data', bytes: 5 }, kind: 'wrong-size' },
  {
    name: 'always-426',
    fault: { kind: 'cut-data', afterBytes: 9 * mebibyte, with: 'fin', code: 426, text: 'Closed.' },
    kind: 'unavailable',
  },
  { name: 'always-552', fault: { kind: 'final-reply', code: 552, text: 'Quota.' }, kind: 'no-space' },
  {
    name: 'always-cut',
    fault: { kind: 'cut-control', when: 'before', with: 'reset' },
    kind: 'connection-lost',
  },
] as const satisfies readonly { name: string; fault: FaultRule['do']; kind: string }[];

const others = ['denied', 'gone', 'shorter', 'longer', 'replaced', 'replaced-alike', 'slow', 'dropped'];
const flowNames = [...[...passing, ...lasting].map(({ name }) => name), ...others];
const acme = await startTestPartner('acme', {
  flows: Object.fromEntries(flowNames.map((name) => [name, {}])),
});
const { tree, server } = acme;
const { flow } = await startTestStage([acme]);

test.concurrent.for(passing)(
  'A file that fails once ($name) is retried and arrives complete, once',
  async (row) => {
    const { name, fault, file } = row;
    const content = file === 'big' ? big : 'small';
    tree.put(`/${name}/it.bin`, { content });
    server.fault({ on: 'RETR', path: `/${name}/it.bin`, times: 1, do: fault });

    const { exitCode, outcomes } = await flow('acme', name).pull();

    expect(exitCode).toBe(0);
    expect(outcomes).toEqual({ 'it.bin': 'transferred' });
    const versions = (await flow('acme', name).objects()).get('it.bin')?.map((each) => each.sha256);
    expect(versions).toEqual([content === 'small' ? sha256('small') : generatedSha256(content)]);
    expect(await flow('acme', name).openUploads()).toEqual([]);
  },
);

test.concurrent.for(lasting)(
  'A file that keeps failing ($name) leaves nothing behind, and the next run completes it',
  async ({ name, fault, kind }) => {
    tree.put(`/${name}/bad.bin`, { content: big }).put(`/${name}/good.csv`, { content: 'good' });
    const clear = server.fault({ on: 'RETR', path: `/${name}/bad.bin`, do: fault });

    const first = await flow('acme', name).pull();
    const visible = await flow('acme', name).visible();
    const uploads = await flow('acme', name).openUploads();
    clear();
    const second = await flow('acme', name).pull();

    expect(first.exitCode).toBe(1);
    expect(first.outcomes).toEqual({ 'good.csv': 'transferred', 'bad.bin': `failed ${kind}` });
    expect(visible).toEqual({ 'good.csv': sha256('good') });
    expect(uploads).toEqual([]);
    expect(second.exitCode).toBe(0);
    expect(second.outcomes).toEqual({ 'bad.bin': 'transferred' });
    expect(await flow('acme', name).visible()).toEqual({
      'good.csv': sha256('good'),
      'bad.bin': generatedSha256(big),
    });
  },
);

test.concurrent('An unreadable file fails on its own, with the reason', async () => {
  tree.put('/denied/closed.csv', { content: 'c', unreadable: true });
  for (const number of [1, 2, 3]) tree.put(`/denied/${number}.csv`, { content: `${number}` });

  const { exitCode, report, files } = await flow('acme', 'denied').pull();

  expect(exitCode).toBe(1);
  expect(report).toMatchObject({ status: 'incomplete', transferred: 3, failed: 1 });
  const reason = files.find(({ outcome }) => outcome === 'failed')?.reason;
  expect(reason).toContain('/denied/closed.csv');
  expect(reason).toContain('Ask the partner to allow');
});

test.concurrent('A file that disappeared after the listing fails on its own, and the next run ignores it', async () => {
  tree.put('/gone/it.csv', { content: 'it' }).put('/gone/other.csv', { content: 'other' });
  afterListing('/gone', () => tree.delete('/gone/it.csv'));

  const first = await flow('acme', 'gone').pull();
  const second = await flow('acme', 'gone').pull();

  expect(first.exitCode).toBe(1);
  expect(first.outcomes).toEqual({ 'other.csv': 'transferred', 'it.csv': 'failed gone' });
  expect(second.exitCode).toBe(0);
  expect(second.outcomes).toEqual({});
});

test.concurrent.for([
  { name: 'shorter', listed: 'a long text', now: 'short' },
  { name: 'longer', listed: 'short', now: 'a long text' },
])('A file that is $name than listed waits for the next run', async ({ name, listed, now }) => {
  tree.put(`/${name}/it.csv`, { content: listed });
  afterListing(`/${name}`, () => tree.put(`/${name}/it.csv`, { content: now }));

  const first = await flow('acme', name).pull();
  const visible = await flow('acme', name).visible();
  const second = await flow('acme', name).pull();

  expect(first.exitCode).toBe(1);
  expect(first.outcomes).toEqual({ 'it.csv': 'failed changed' });
  expect(visible).toEqual({});
  expect(second.exitCode).toBe(0);
  expect(await flow('acme', name).visible()).toEqual({ 'it.csv': sha256(now) });
});

test.concurrent.for([
  { name: 'replaced', now: { content: 'another' } },
  {
    name: 'replaced-alike',
    now: { content: { ...big, seed: 4 }, modified: new Date('2026-11-01T00:00:00Z') },
  },
])('A file that is replaced during its transfer ($name) is not published', async ({ name, now }) => {
  tree.put(`/${name}/it.bin`, { content: big });
  server.fault({
    on: 'RETR',
    path: `/${name}/it.bin`,
    times: 1,
    do: {
      kind: 'meanwhile',
      afterBytes: mebibyte,
      change: () => tree.put(`/${name}/it.bin`, now),
    },
  });

  const first = await flow('acme', name).pull();
  const visible = await flow('acme', name).visible();
  const second = await flow('acme', name).pull();

  expect(first.exitCode).toBe(1);
  expect(first.outcomes).toEqual({ 'it.bin': 'failed changed' });
  expect(visible).toEqual({});
  expect(second.exitCode).toBe(0);
  const expected = typeof now.content === 'string' ? sha256(now.content) : generatedSha256(now.content);
  expect(await flow('acme', name).visible()).toEqual({ 'it.bin': expected });
});

test.concurrent('A server may take its time before 226', async () => {
  tree.put('/slow/it.csv', { content: 'it' });
  server.fault({ on: 'RETR', path: '/slow/it.csv', do: { kind: 'delay-final-reply', delayMs: 1500 } });

  const { exitCode, outcomes } = await flow('acme', 'slow').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'it.csv': 'transferred' });
});

test('Sessions that a server drops halfway are opened again', async () => {
  for (let number = 1; number <= 12; number++) {
    tree.put(`/dropped/${number}.csv`, { content: `${number}` });
  }
  server.fault({
    on: 'RETR',
    path: '/dropped/6.csv',
    times: 1,
    do: { kind: 'meanwhile', afterBytes: 0, change: () => server.dropSessions() },
  });

  const { exitCode, report } = await flow('acme', 'dropped').pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ transferred: 12, failed: 0 });
});

/** Changes the tree when the listing of the directory has been made, and before it has arrived. */
function afterListing(path: string, change: () => void): void {
  server.fault({ on: 'MLSD', path, times: 1, do: { kind: 'meanwhile', afterBytes: 0, change } });
}
