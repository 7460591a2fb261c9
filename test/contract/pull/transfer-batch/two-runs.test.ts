import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { expect, it, onTestFinished } from 'vitest';
import { readDirectory } from '../../../../lambdas/ledger/entries/file-entries.ts';
import { currentObject } from '../../../../lambdas/s3/object-versions.ts';
import { type TestRun, usePullFixture } from '../pull-fixture.ts';
import { startPulledPartner } from '../pulled-partner.ts';

const fixture = usePullFixture();
const modified = new Date('2026-11-19T12:00:10Z');
const sameMinute = new Date('2026-11-19T12:00:40Z');

/** Does something around the first write to the table whose request has these texts. */
function aroundWrite(
  name: string,
  texts: readonly string[],
  around: { readonly before?: () => Promise<void>; readonly after?: () => Promise<void> },
): void {
  const { middlewareStack } = fixture.table.client;
  let isOver = false;
  middlewareStack.add(
    (next) => async (request) => {
      const input = JSON.stringify(request.input);
      if (isOver || !texts.every((text) => input.includes(text))) return await next(request);
      isOver = true;
      await around.before?.();
      const answer = await next(request);
      await around.after?.();
      return answer;
    },
    { step: 'initialize', name, priority: 'high' },
  );
  onTestFinished(() => void middlewareStack.remove(name));
}

/** How often versions were shown at the key of the file, and whether the ledger has the current one. */
async function keptVersions({ run, partner }: TestRun) {
  const { client, name: Bucket } = fixture.inbox;
  const key = `${partner.flows[0]?.prefix}a.csv`;
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: key }));
  const names = { directory: '', names: new Set(['a.csv']) };
  const record = (await readDirectory(fixture.table, run, names)).get('a.csv');
  const current = await currentObject(fixture.inbox, key);
  return {
    shown: Versions.length,
    isRecorded: current !== undefined && record?.transferred?.etag === current.etag,
  };
}

it('A run that loses its lease within a step has its newer version kept by the run that takes over', async () => {
  const partner = await startPulledPartner(fixture, { mlsd: false });
  partner.tree.put('/in/a.csv', { content: 'first', modified });
  const zombie = await partner.begin({ after: 'delete' });
  await partner.plan(zombie);
  const renewed = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  aroundWrite('sleep', [zombie.run.flow, 'leaseUntil'], {
    after: () => {
      renewed.resolve();
      return woken.promise;
    },
  });
  const zombieStep = partner.transferPlanned(zombie);
  await renewed.promise;
  const next = await fixture.next(zombie);
  aroundWrite('overtaken', [zombie.run.flow, 'sha256', next.run.runId], {
    before: async () => {
      partner.tree.put('/in/a.csv', { content: 'other', modified: sameMinute });
      woken.resolve();
      await zombieStep;
    },
  });

  await partner.transfer(next);
  await partner.dispose(next);

  expect(await fixture.outcomes(next)).toEqual(['a.csv transferred']);
  expect(await partner.objectText(next, 'a.csv')).toBe('other');
  expect(await keptVersions(next)).toEqual({ shown: 2, isRecorded: true });
  expect([...(await partner.tree.list('/in'))]).toEqual([]);
});

it('A step that is repeated after its record transfers a replacement that came in between', async () => {
  const partner = await startPulledPartner(fixture, { mlsd: false });
  partner.tree.put('/in/a.csv', { content: 'first', modified });
  const test = await partner.begin();
  await partner.transfer(test);
  partner.tree.put('/in/a.csv', { content: 'other', modified: sameMinute });

  await partner.transferPlanned(test);

  expect(await partner.objectText(test, 'a.csv')).toBe('other');
  expect(await keptVersions(test)).toEqual({ shown: 2, isRecorded: true });
});

it('A changed file whose object a consumer has deleted is transferred', async () => {
  const partner = await startPulledPartner(fixture, {});
  partner.tree.put('/in/a.csv', { content: 'first', modified });
  const first = await partner.begin();
  await partner.transfer(first);
  const { client, name: Bucket } = fixture.inbox;
  await client.send(new DeleteObjectCommand({ Bucket, Key: `${first.partner.flows[0]?.prefix}a.csv` }));
  partner.tree.put('/in/a.csv', { content: 'other', modified: sameMinute });

  const next = await fixture.next(first);
  await partner.transfer(next);

  expect(await fixture.outcomes(next)).toEqual(['a.csv transferred']);
  expect(await keptVersions(next)).toEqual({ shown: 2, isRecorded: true });
});
