import { describe, expect, it } from 'vitest';
import { outcomeSchema } from '../../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { refuseObject } from '../../../support/refusals.ts';
import { usePullFixture } from '../pull-fixture.ts';
import { startPulledPartner } from '../pulled-partner.ts';

const fixture = usePullFixture();
const modified = new Date('2026-11-19T12:00:00Z');

describe('a refusal of S3', () => {
  it.each([
    ['MetadataTooLarge', 400],
    ['AccessDenied', 403],
    ['InvalidRequest', 400],
    ['EntityTooLarge', 400],
  ])('that concerns one object, %s, fails its file, and the others go on', async (code, status) => {
    const partner = await startPulledPartner(fixture, {});
    for (const name of ['a.csv', 'b.csv', 'c.csv'])
      partner.tree.put(`/in/${name}`, { content: name, modified });
    refuseObject(fixture.inbox, '/b.csv', { code, status });
    const test = await partner.begin({ after: 'delete' });

    await partner.transfer(test);
    await partner.dispose(test);

    const outcomes = await fixture.lines(test, documentNames.outcomes, outcomeSchema);
    expect((await fixture.outcomes(test)).toSorted()).toEqual([
      'a.csv transferred',
      'b.csv failed storage',
      'c.csv transferred',
    ]);
    expect(outcomes.find(({ kind }) => kind === 'failed')).toMatchObject({
      message: expect.stringContaining(code),
    });
    expect([...(await partner.tree.list('/in'))].map(({ name }) => name)).toEqual(['b.csv']);
  });

  it('that concerns the bucket fails the step, and no file', async () => {
    const partner = await startPulledPartner(fixture, {});
    partner.tree.put('/in/a.csv', { content: 'a', modified });
    refuseObject(fixture.inbox, '/a.csv', { code: 'NoSuchBucket', status: 404 });
    const test = await partner.begin();

    await expect(partner.transfer(test)).rejects.toMatchObject({ name: 'StorageError', kind: 'refused' });

    expect(await fixture.outcomes(test)).toEqual([]);
  });
});

it('A listed time of 3,000 digits does not end in the metadata of the object', async () => {
  const partner = await startPulledPartner(fixture, {});
  const line = `type=file;size=5;modify=20261119120000.${'0'.repeat(3000)}; b.csv`;
  partner.server.fault({ on: 'MLSD', do: { kind: 'garbage-lines', lines: [line] } });
  // The real entry is not in the listing.
  partner.server.fault({
    on: 'SIZE',
    path: '/in/b.csv',
    times: 1,
    do: { kind: 'beforehand', change: () => partner.tree.put('/in/b.csv', { content: 'bytes', modified }) },
  });
  const test = await partner.begin();

  await partner.transfer(test);

  expect(await fixture.outcomes(test)).toEqual(['b.csv transferred']);
  const metadata = await partner.objectMetadata(test, 'b.csv');
  expect(JSON.stringify(metadata).length).toBeLessThan(2048);
});
