import { expect, test } from 'vitest';
import { allPairs } from '../../support/all-pairs.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { serverFeatures } from '../../support/server-features.ts';
import { sha256 } from '../../support/sha256.ts';
import type { FlowRun } from '../../support/stage/test-flow.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

/**
 * Servers that lack one or two features, crossed with the rules of a flow: every value of a factor meets
 * every value of each other one.
 */
const cases = allPairs({
  ...serverFeatures,
  hashes: [['HASH'], []],
  requireSessionReuse: [true, false],
  localTimeOffsetMinutes: [0, -300, 330],
  after: ['keep', 'delete', { move: '/archive' }],
  settled: [
    { minAge: '0s' },
    { minAge: '5m' },
    { minAge: '0s', unchangedListings: 2 },
    { minAge: '0s', doneFile: '{name}.done' },
  ],
  onChange: ['new-version', 'ignore', 'fail'],
  /** Whether the files date from before the last change of DST. */
  dated: ['an hour ago', 'half a year ago'],
} as const);

const hourMs = 60 * 60_000;
const partners = await Promise.all(
  cases.map(async (each, index) => {
    const { after, settled, onChange, dated, requireSessionReuse, hashes, ...features } = each;
    const partner = await startTestPartner(`partner-${index}`, {
      server: { requireSessionReuse, features: { ...features, hashes } },
      flows: { files: { after, settled, onChange } },
    });
    partner.tree.putDirectory('/archive');
    return { title: JSON.stringify(each), rules: each, partner };
  }),
);
const { flow } = await startTestStage(partners.map(({ partner }) => partner));
const contents = new Map([
  ['a b.csv', 'first'],
  ['deep/ümläut.csv', 'second, and longer'],
  ['deep/empty.csv', ''],
]);

test.for(partners)(
  '$title: every file arrives once, a changed one as the flow says, and none is lost',
  async ({ rules, partner }) => {
    const { tree, name } = partner;
    const ageMs = rules.dated === 'an hour ago' ? hourMs : 24 * 183 * hourMs;
    const put = (path: string, content: string, modified: Date) => {
      tree.put(`/files/${path}`, { content, modified });
      if ('doneFile' in rules.settled) tree.put(`/files/${path}.done`, { content: '', modified });
    };
    for (const [path, content] of contents) put(path, content, new Date(Date.now() - ageMs));

    await runUntilQuiet(name);
    const first = await versions(name);
    put('a b.csv', 'changed in every way', new Date(Date.now() - ageMs / 2));
    const last = await runUntilQuiet(name);
    const final = await versions(name);

    expect(first).toEqual(new Map([...contents].map(([path, content]) => [path, [sha256(content)]])));
    const changed = [sha256('changed in every way'), sha256('first')];
    // A file that was deleted or moved is a new one when it comes again.
    const isTaken = rules.onChange === 'new-version';
    expect(final.get('a b.csv')).toEqual(isTaken ? changed : [sha256('first')]);
    expect(final.get('deep/ümläut.csv')).toEqual([sha256('second, and longer')]);
    if (!isTaken) expect(tree.bytesOf('/files/a b.csv').toString()).toBe('changed in every way');
    const isRefused = rules.onChange === 'fail';
    expect(last.report.status).toBe(isRefused ? 'incomplete' : 'succeeded');
  },
);

/** Runs until one has nothing more to do; at most five, which is more than any rule needs. */
async function runUntilQuiet(name: string): Promise<FlowRun> {
  let run = await flow(name).pull();
  for (
    let more = 0;
    more < 4 && run.report.transferred + run.report.held + run.report.disposed > 0;
    more += 1
  ) {
    run = await flow(name).pull();
  }
  return run;
}

/** The SHA-256 of all versions by path, the newest first. */
async function versions(name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const objects = await flow(name).objects();
  return new Map([...objects].map(([path, all]) => [path, all.map((version) => version.sha256)]));
}
