import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import type { Decision } from '../../../../lambdas/core/plan/plan.ts';
import { readDirectory } from '../../../../lambdas/ledger/entries/file-entries.ts';
import { adoptExistingObjects } from '../../../../lambdas/pull/plan-run/adopt-existing-objects.ts';
import type { LogFields } from '../../../../lambdas/runtime/log.ts';
import { refuseItem, refuseObject } from '../../../support/refusals.ts';
import { remote, type TestRun, usePullFixture } from '../pull-fixture.ts';

const fixture = usePullFixture();

/** A file of five bytes that the ledger does not have, with an object of this content at its key. */
async function copied({ run }: TestRun, name: string, Body = 'bytes'): Promise<Decision> {
  const key = `acme/${run.flow}/${name}` as ObjectKey;
  await fixture.inbox.client.send(new PutObjectCommand({ Bucket: fixture.inbox.name, Key: key, Body }));
  const path = parseRemotePath(`${remote}/${name}`);
  return {
    kind: 'transfer',
    file: { path, sizeBytes: 'bytes'.length, modified: undefined, unique: undefined },
    key,
    reason: 'new',
    transferred: undefined,
    isTimeFinal: false,
    doneFile: undefined,
  };
}

async function adopt(test: TestRun, decisions: readonly Decision[]) {
  const logged: { readonly message: string; readonly fields: LogFields | undefined }[] = [];
  const log = { warn: (message: string, fields?: LogFields) => void logged.push({ message, fields }) };
  const decided = await adoptExistingObjects(decisions, {
    ...fixture.dependencies(test),
    ...{ run: test.run, remote, zone: { kind: 'iana', name: 'UTC' }, log },
  });
  return { decided, logged };
}

/** The names that the ledger has as transferred. */
async function recorded({ run }: TestRun): Promise<string[]> {
  const names = new Set(['a.csv', 'b.csv', 'c.csv']);
  const records = await readDirectory(fixture.table, run, { directory: '', names });
  return [...records]
    .flatMap(([name, { transferred }]) => (transferred === undefined ? [] : [name]))
    .toSorted();
}

it.each([
  ['is recorded, if it has the size of the file', 'run', 'bytes', 'adopted', ['a.csv']],
  ['is not recorded, if it has another size', 'run', 'other bytes', 'size-differs', []],
  ['is not recorded in a dry run', 'plan', 'bytes', 'adopted', []],
] as const)('An object that another system has copied %s', async (...how) => {
  const [, mode, content, expected, names] = how;
  const test = await fixture.begin({ run: { mode } });

  const { decided } = await adopt(test, [await copied(test, 'a.csv', content)]);

  expect(decided).toMatchObject([{ kind: 'skip', reason: expected }]);
  expect(await recorded(test)).toEqual(names);
});

it('A bucket that does not exist fails the adoption, and is not an object that is missing', async () => {
  const test = await fixture.begin({ run: { mode: 'run' } });
  const decision = await copied(test, 'a.csv');
  const inbox = { ...fixture.inbox, name: 'no-such-bucket' };

  const adopting = adoptExistingObjects([decision], {
    ...fixture.dependencies(test),
    ...{ run: test.run, remote, zone: { kind: 'iana', name: 'UTC' }, log: { warn: () => undefined }, inbox },
  });

  await expect(adopting).rejects.toMatchObject({ name: 'StorageError', kind: 'refused' });
});

describe('A refusal', () => {
  it.each([
    [
      'of S3 to show one object',
      'object-refused',
      'AccessDenied',
      () => refuseObject(fixture.inbox, '/b.csv', { operation: 'HeadObject' }),
    ],
    [
      'of the table to record one file',
      'not-recordable',
      'Item size has exceeded',
      () => refuseItem(fixture.table, '"sk":"b.csv"'),
    ],
  ] as const)('%s refuses that file by name, and the others are adopted', async (...how) => {
    const [, reason, text, refuse] = how;
    const test = await fixture.begin();
    const decisions = [await copied(test, 'a.csv'), await copied(test, 'b.csv'), await copied(test, 'c.csv')];
    refuse();

    const { decided, logged } = await adopt(test, decisions);

    expect(decided).toMatchObject([
      { kind: 'skip', path: '/in/a.csv', reason: 'adopted' },
      { kind: 'refuse', path: '/in/b.csv', reason },
      { kind: 'skip', path: '/in/c.csv', reason: 'adopted' },
    ]);
    expect(await recorded(test)).toEqual(['a.csv', 'c.csv']);
    expect(logged).toEqual([
      { message: expect.stringContaining(text), fields: { path: '/in/b.csv', error: reason } },
    ]);
  });

  it('that concerns the bucket ends the step', async () => {
    const test = await fixture.begin();
    const decision = await copied(test, 'a.csv');
    refuseObject(fixture.inbox, '/a.csv', { operation: 'HeadObject', code: 'SlowDown', status: 503 });

    await expect(adopt(test, [decision])).rejects.toMatchObject({ name: 'StorageError', kind: 'refused' });
  });
});
