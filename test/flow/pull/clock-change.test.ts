import { expect, test } from 'vitest';
import { startTestPartner, type TestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const hourMs = 60 * 60_000;
const names = ['a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv'];
const flows = {
  plain: {},
  failing: { onChange: 'fail' },
  ignoring: { onChange: 'ignore' },
  changed: {},
};
/** Its times are local times, also those of MLSD and MDTM, as with `use_localtime` of vsftpd. */
const mlsd = await startTestPartner('mlsd', { flows });
/** It shows minutes, and has no MDTM. */
const list = await startTestPartner('list', {
  server: { features: { mlsd: false, mdtm: false } },
  connection: { timeZone: 'UTC' },
  flows,
});
const partners = { mlsd, list };
const { flow } = await startTestStage([mlsd, list]);

type PartnerName = keyof typeof partners;
const cases: readonly (readonly [PartnerName, keyof typeof flows])[] = (['mlsd', 'list'] as const).flatMap(
  (partner) => (['plain', 'failing', 'ignoring'] as const).map((name) => [partner, name] as const),
);

function at(index: number): Date {
  return new Date(Date.UTC(2026, 9, 20, 12, 3 * index, 7));
}

async function moveClock({ tree }: TestPartner, directory: string): Promise<void> {
  for (const [index, name] of names.entries())
    await tree.setModified(`${directory}/${name}`, new Date(at(index).getTime() + hourMs));
}

function seed({ tree }: TestPartner, directory: string): void {
  for (const [index, name] of names.entries())
    tree.put(`${directory}/${name}`, { content: name, modified: at(index) });
}

function readFiles({ server }: TestPartner, directory: string): number {
  return server.log.filter(({ command, argument }) => command === 'RETR' && argument.startsWith(directory))
    .length;
}

test.each(cases)(
  'No file is taken again where all times of %s move by an hour: %s',
  async (partner, name) => {
    const directory = `/${name}`;
    seed(partners[partner], directory);
    await flow(partner, name).pull();
    await moveClock(partners[partner], directory);

    const moved = await flow(partner, name).pull();
    const readBefore = readFiles(partners[partner], directory);
    const next = await flow(partner, name).pull();

    expect(moved.exitCode).toBe(0);
    expect(moved.report).toMatchObject({
      status: 'succeeded',
      listed: 5,
      transferred: 0,
      refused: 0,
      failed: 0,
    });
    expect([...(await flow(partner, name).objects()).values()].flat()).toHaveLength(5);
    // With seconds, the bytes of a few files prove it for their directory; without, those of each file.
    expect(readBefore).toBeLessThanOrEqual(partner === 'mlsd' ? 5 + 4 : 5 + 5);
    expect(next.report).toMatchObject({ transferred: 0 });
    expect(readFiles(partners[partner], directory)).toBe(readBefore);
  },
);

test.each(['mlsd', 'list'] as const)(
  'A file of %s that changes on the day of the clocks is taken',
  async (partner) => {
    seed(partners[partner], '/changed');
    await flow(partner, 'changed').pull();
    await moveClock(partners[partner], '/changed');
    const other = { content: 'C.CSV', modified: new Date(at(2).getTime() + hourMs) };
    partners[partner].tree.put('/changed/c.csv', other);

    const { report } = await flow(partner, 'changed').pull();

    expect(report).toMatchObject({ transferred: 1, failed: 0 });
    expect(await flow(partner, 'changed').visible()).toMatchObject({
      'c.csv': sha256('C.CSV'),
      'b.csv': sha256('b.csv'),
    });
  },
);
