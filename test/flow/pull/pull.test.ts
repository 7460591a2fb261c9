import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { generatedSha256 } from '../../../testing/ftps-server/tree/generated-content.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { ledgerItems } from '../../support/stored/ledger-items.ts';

const acme = await startTestPartner('acme', {
  flows: {
    first: {},
    second: {},
    changed: {},
    ignored: { onChange: 'ignore' },
    refused: { onChange: 'fail' },
    facts: {},
    planned: {},
    'plan-again': {},
    empty: {},
    large: {},
    chosen: { include: ['**/*.csv'], exclude: ['drafts/**'] },
    links: {},
  },
});
const rooted = await startTestPartner('rooted', { flows: { files: { remote: '/' } } });
const { tree, server } = acme;
const { flow, stage } = await startTestStage([acme, rooted]);

test('The first run transfers every file, including nested folders', async () => {
  tree.put('/first/a.csv', { content: 'a' }).put('/first/2026/11/b.csv', { content: 'b' });
  tree.put('/first/empty.csv', { content: '' });

  const { exitCode, outcomes } = await flow('acme', 'first').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({
    'a.csv': 'transferred',
    '2026/11/b.csv': 'transferred',
    'empty.csv': 'transferred',
  });
  expect(await flow('acme', 'first').visible()).toEqual({
    'a.csv': sha256('a'),
    '2026/11/b.csv': sha256('b'),
    'empty.csv': sha256(''),
  });
});

test('The second run transfers nothing and writes no entry', async () => {
  tree.put('/second/a.csv', { content: 'a' }).put('/second/deep/b.csv', { content: 'b' });
  const second = flow('acme', 'second');
  await second.pull();
  const [entries, objects] = [await second.entries(), await second.objects()];
  const transfersBefore = retrieved('/second/').length;

  const { exitCode, report } = await second.pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ listed: 2, transferred: 0, skipped: 2, bytes: 0 });
  expect(retrieved('/second/')).toHaveLength(transfersBefore);
  expect(await second.entries()).toEqual(entries);
  expect(await second.objects()).toEqual(objects);
});

test('Only a changed file is transferred again, as a new version of its object', async () => {
  tree.put('/changed/a.csv', { content: 'old' }).put('/changed/b.csv', { content: 'same' });
  const changed = flow('acme', 'changed');
  await changed.pull();
  tree.put('/changed/a.csv', { content: 'new' });

  const { outcomes } = await changed.pull();

  expect(outcomes).toEqual({ 'a.csv': 'transferred' });
  const versions = (await changed.objects()).get('a.csv')?.map((version) => version.sha256);
  expect(versions).toEqual([sha256('new'), sha256('old')]);
});

test('`onChange: ignore` keeps the first version of a changed file', async () => {
  tree.put('/ignored/a.csv', { content: 'old' });
  const ignored = flow('acme', 'ignored');
  await ignored.pull();
  tree.put('/ignored/a.csv', { content: 'new' });

  const { exitCode, outcomes } = await ignored.pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'skipped change-ignored' });
  expect(await ignored.visible()).toEqual({ 'a.csv': sha256('old') });
});

test('`onChange: fail` refuses a changed file, and the run is incomplete', async () => {
  tree.put('/refused/a.csv', { content: 'old' });
  const refused = flow('acme', 'refused');
  await refused.pull();
  tree.put('/refused/a.csv', { content: 'new' }).put('/refused/b.csv', { content: 'b' });

  const { exitCode, outcomes } = await refused.pull();

  expect(exitCode).toBe(1);
  expect(outcomes).toEqual({ 'a.csv': 'refused changed', 'b.csv': 'transferred' });
  expect(await refused.visible()).toEqual({ 'a.csv': sha256('old'), 'b.csv': sha256('b') });
});

test('An object has its origin as metadata', async () => {
  tree.put('/facts/März €.csv', { content: 'a', modified: new Date('2026-11-19T02:15:00Z') });

  const { report } = await flow('acme', 'facts').pull();

  const { Metadata } = await stage.inbox.client.send(
    new HeadObjectCommand({ Bucket: stage.inbox.name, Key: 'acme/facts/März €.csv' }),
  );
  expect(Metadata).toMatchObject({
    'ftps-partner': 'acme',
    'ftps-flow': 'facts',
    'ftps-path': encodeURIComponent('/facts/März €.csv'),
    'ftps-modified': '20261119021500',
    'ftps-run': report.run,
  });
});

test('A plan shows what a run would do and changes neither bucket nor ledger', async () => {
  tree.put('/planned/taken.csv', { content: 'a' });
  await flow('acme', 'planned').pull();
  tree.put('/planned/new.csv', { content: 'b' });
  const ledger = await withoutPlans();
  const objects = await flow('acme', 'planned').objects();

  const { exitCode, report, outcomes } = await flow('acme', 'planned').plan();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ mode: 'plan', listed: 2, transferred: 0, skipped: 1 });
  expect(outcomes).toEqual({ 'new.csv': 'transfer new' });
  expect(await withoutPlans()).toEqual(ledger);
  expect(await flow('acme', 'planned').objects()).toEqual(objects);
});

test('A plan works during a run of the same flow', async () => {
  tree.put('/plan-again/a.csv', { content: 'a' });

  const [run, plan] = await Promise.all([
    flow('acme', 'plan-again').pull(),
    flow('acme', 'plan-again').plan(),
  ]);

  expect([run.exitCode, plan.exitCode]).toEqual([0, 0]);
});

test('A directory that was always empty does not halt the run', async () => {
  const { exitCode, report } = await flow('acme', 'empty').pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ listed: 0, transferred: 0 });
});

test('A multipart file arrives complete and leaves no open upload', async () => {
  const content = { sizeBytes: 40 * 1024 * 1024 + 1, seed: 7 };
  tree.put('/large/big.bin', { content });

  const { files, cause } = await flow('acme', 'large').pull();

  expect(cause).toBeUndefined();
  expect(files).toMatchObject([{ outcome: 'transferred', sha256: generatedSha256(content) }]);
  expect(await flow('acme', 'large').visible()).toEqual({ 'big.bin': generatedSha256(content) });
  expect(await flow('acme', 'large').openUploads()).toEqual([]);
});

test('Only files that are included and not excluded are transferred', async () => {
  tree.put('/chosen/a.csv', { content: 'a' }).put('/chosen/a.tmp', { content: 't' });
  tree.put('/chosen/drafts/b.csv', { content: 'b' });

  const { outcomes } = await flow('acme', 'chosen').pull();

  expect(outcomes).toEqual({
    'a.csv': 'transferred',
    'a.tmp': 'skipped not-included',
    'drafts/b.csv': 'skipped excluded',
  });
});

test("A flow can pull the partner's whole tree", async () => {
  rooted.tree.put('/a.csv', { content: 'a' }).put('/deep/b.csv', { content: 'b' });

  const first = await flow('rooted').pull();
  const second = await flow('rooted').pull();

  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(second.report).toMatchObject({ transferred: 0, skipped: 2 });
  expect(await flow('rooted').visible()).toEqual({ 'a.csv': sha256('a'), 'deep/b.csv': sha256('b') });
});

test('A link is reported and not followed', async () => {
  tree.put('/links/a.csv', { content: 'a' }).putLink('/links/loop', { target: '/links' });

  const { exitCode, outcomes } = await flow('acme', 'links').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'transferred', loop: 'skipped link' });
});

function retrieved(below: string) {
  return server.transfers.filter(({ command, path }) => command === 'RETR' && path.startsWith(below));
}

/** All items except those that a plan may leave: its own record, and connection slots that expire. */
function withoutPlans() {
  return ledgerItems(stage.table, ({ sk }) => !/^(PLAN|SLOT)#/.test(sk));
}
