import { describe, expect, it } from 'vitest';
import { outcomeSchema } from '../../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { refuseItem } from '../../../support/refusals.ts';
import { usePullFixture } from '../pull-fixture.ts';
import { startPulledPartner } from '../pulled-partner.ts';

const fixture = usePullFixture();
const modified = new Date('2026-11-19T12:00:00Z');

describe('an item that the table refuses', () => {
  it('fails its file with the reason, the file stays at the partner, and the others go on', async () => {
    const partner = await startPulledPartner(fixture, {});
    for (const name of ['a.csv', 'b.csv', 'c.csv'])
      partner.tree.put(`/in/${name}`, { content: name, modified });
    const test = await partner.begin({ after: 'delete' });
    refuseItem(fixture.table, '"sk":"b.csv"');

    await partner.transfer(test);
    await partner.dispose(test);

    const outcomes = await fixture.lines(test, documentNames.outcomes, outcomeSchema);
    expect((await fixture.outcomes(test)).toSorted()).toEqual([
      'a.csv transferred',
      'b.csv failed storage',
      'c.csv transferred',
    ]);
    expect(outcomes.find(({ kind }) => kind === 'failed')).toMatchObject({
      message: expect.stringMatching(/Item size has exceeded.*rename the file at the partner/),
    });
    expect([...(await partner.tree.list('/in'))].map(({ name }) => name)).toEqual(['b.csv']);
  });
});
