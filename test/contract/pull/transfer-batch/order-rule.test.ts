import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { type TestRun, usePullFixture } from '../pull-fixture.ts';
import { type PulledPartner, startPulledPartner } from '../pulled-partner.ts';

const fixture = usePullFixture();
const modified = new Date('2026-11-19T12:00:10Z');
const sameMinute = new Date('2026-11-19T12:00:40Z');

/** Another system puts an object at the key of a file. */
async function putByOthers({ partner }: TestRun, name: string): Promise<void> {
  const { client, name: Bucket } = fixture.inbox;
  const Key = `${partner.flows[0]?.prefix}${name}`;
  await client.send(new PutObjectCommand({ Bucket, Key, Body: 'theirs' }));
}

async function namesIn(partner: PulledPartner, directory: string): Promise<string[]> {
  return [...(await partner.tree.list(directory))].map(({ name }) => String(name)).toSorted();
}

describe('an object of others', () => {
  it('at the key of a new file stays, and the file fails', async () => {
    const partner = await startPulledPartner(fixture, {});
    partner.tree.put('/in/a.csv', { content: 'ours', modified });
    const test = await partner.begin({ after: 'delete' });
    await putByOthers(test, 'a.csv');

    await partner.transfer(test);
    await partner.dispose(test);

    expect(await fixture.outcomes(test)).toEqual(['a.csv failed foreign-object']);
    expect(await partner.objectText(test, 'a.csv')).toBe('theirs');
    expect(await namesIn(partner, '/in')).toEqual(['a.csv']);
  });

  it('that replaced a transferred one stays, when the partner has a new version', async () => {
    const partner = await startPulledPartner(fixture, {});
    partner.tree.put('/in/a.csv', { content: 'first', modified });
    const first = await partner.begin();
    await partner.transfer(first);
    await putByOthers(first, 'a.csv');
    partner.tree.put('/in/a.csv', { content: 'second', modified: sameMinute });

    const next = await fixture.next(first);
    await partner.transfer(next);

    expect(await fixture.outcomes(next)).toEqual(['a.csv failed foreign-object']);
    expect(await partner.objectText(next, 'a.csv')).toBe('theirs');
  });
});

describe('a file that was replaced by one of its size', () => {
  it('since it was transferred is transferred again', async () => {
    const partner = await startPulledPartner(fixture, {});
    partner.tree.put('/in/a.csv', { content: 'first', modified });
    const first = await partner.begin();
    await partner.transfer(first);
    partner.tree.put('/in/a.csv', { content: 'other', modified: sameMinute });

    const next = await fixture.next(first);
    await partner.transfer(next);

    expect(await partner.objectText(next, 'a.csv')).toBe('other');
  });

  it('since it was listed, and may still be written, is not published', async () => {
    const partner = await startPulledPartner(fixture, {});
    partner.tree.put('/in/a.csv', { content: 'first', modified });
    const test = await partner.begin();
    const change = () => partner.tree.put('/in/a.csv', { content: 'other', modified: new Date() });
    partner.server.fault({ on: 'SIZE', times: 1, do: { kind: 'beforehand', change } });

    await partner.transfer(test);

    expect(await fixture.outcomes(test)).toEqual(['a.csv failed changed']);
    expect(await partner.objectText(test, 'a.csv')).toBeUndefined();
  });

  it('since it was transferred, which its listing does not show, is transferred by the next run', async () => {
    const partner = await startPulledPartner(fixture, { mlsd: false });
    partner.tree.put('/in/a.csv', { content: 'first', modified });
    const first = await partner.begin({ after: 'delete' });
    await partner.transfer(first);
    partner.tree.put('/in/a.csv', { content: 'other', modified: sameMinute });
    await partner.dispose(first);

    const next = await fixture.next(first);
    await partner.transfer(next);
    await partner.dispose(next);

    expect(await partner.objectText(next, 'a.csv')).toBe('other');
    expect(await namesIn(partner, '/in')).toEqual([]);
  });
});

it('A file that is moved into the archive never replaces one that is there', async () => {
  const partner = await startPulledPartner(fixture, {});
  partner.tree.put('/in/a.csv', { content: 'new', modified });
  partner.tree.put('/archive/a.csv', { content: 'old', modified });
  const test = await partner.begin({ after: { move: '/archive' } });

  await partner.transfer(test);
  await partner.dispose(test);

  expect(partner.tree.bytesOf('/archive/a.csv').toString()).toBe('old');
  expect(await namesIn(partner, '/archive')).toEqual(['a.csv', `a.csv.${test.run.runId}`]);
});
