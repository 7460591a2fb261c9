import { describe, expect, it } from 'vitest';
import { expectationsOf } from '../../../lambdas/contract/expectation.ts';
import { partnerYaml, readFolder } from './partner-folder.ts';

const scheduled = "    schedule: { cron: '0 5 * * ? *', timeZone: Europe/Rome }";

/** The partner file with one expectation, given as the inside of a YAML map. */
function expecting(inside: string, before = scheduled): string {
  return partnerYaml({ rest: `${before}\n    expect:\n      - { ${inside} }` });
}

async function read(files: Readonly<Record<string, string>>) {
  const { partners, shown } = await readFolder(files);
  const [flow] = partners[0]?.flows ?? [];
  return { shown, expectations: flow?.direction === 'pull' ? expectationsOf(flow) : [] };
}

describe('An expectation', () => {
  it('is one whole file a day in the zone of the schedule, where it says no more', async () => {
    const { shown, expectations } = await read({ 'acme.yaml': expecting("pattern: '*.csv', by: '06:00'") });

    expect(shown).toEqual([]);
    expect(expectations).toMatchObject([
      {
        pattern: '*.csv',
        count: 1,
        by: '06:00',
        from: '00:00',
        timeZone: 'Europe/Rome',
        minBytes: 1,
        holidays: [],
      },
    ]);
  });

  it.each([
    ['daily', 7],
    ['weekdays', 5],
    ['[Mon, Thu]', 2],
  ])('is for the days %s', async (days, count) => {
    const { expectations } = await read({ 'acme.yaml': expecting(`pattern: a, by: '06:00', days: ${days}`) });

    expect(expectations[0]?.days).toHaveLength(count);
  });

  it('takes holidays as dates', async () => {
    const inside = "pattern: a, by: '06:00', holidays: [2026-12-25, 2026-12-26]";

    const { shown, expectations } = await read({ 'acme.yaml': expecting(inside) });

    expect(shown).toEqual([]);
    expect(expectations[0]?.holidays).toEqual(['2026-12-25', '2026-12-26']);
  });

  it('takes holidays from a file, which travels with the partner file', async () => {
    const files = {
      'acme.yaml': expecting("pattern: a, by: '06:00', holidays: italy.txt"),
      'italy.txt': '# Italy\n2026-12-25 Christmas\n\n2026-12-26\n',
    };

    const { shown, expectations } = await read(files);

    expect(shown).toEqual([]);
    expect(expectations[0]?.holidays).toEqual(['2026-12-25', '2026-12-26']);
  });

  it('stays the same one with another count and another calendar', async () => {
    const one = await read({ 'acme.yaml': expecting("pattern: a, by: '06:00'") });
    const other = await read({ 'acme.yaml': expecting("pattern: a, by: '06:00', count: 3, days: weekdays") });

    expect(other.expectations[0]?.key).toBe(one.expectations[0]?.key);
  });

  it.each([
    [
      'an hour that is none',
      "pattern: a, by: '24:00'",
      "expect[0].by must be a time of day in quotes: '06:00'",
      undefined,
    ],
    ['no pattern', "by: '06:00'", 'expect[0].pattern', undefined],
    ['a count of none', "pattern: a, by: '06:00', count: 0", 'expect[0].count', undefined],
    [
      'a day that is none',
      "pattern: a, by: '06:00', days: [Monday]",
      'expect[0].days must be daily, weekdays, or a list',
      undefined,
    ],
    [
      'a holiday that is none',
      "pattern: a, by: '06:00', holidays: [2026-02-30]",
      'expect[0].holidays',
      undefined,
    ],
    [
      'a file that is not there',
      "pattern: a, by: '06:00', holidays: none.txt",
      'expect[0].holidays names the file none.txt, which cannot be read',
      undefined,
    ],
    [
      'a zone that is none',
      "pattern: a, by: '06:00', timeZone: Rome",
      'expect[0].timeZone is no IANA time zone',
      undefined,
    ],
    ['no zone anywhere', "pattern: a, by: '06:00'", 'expect[0].timeZone is missing', ''],
    ['an unknown key', "pattern: a, by: '06:00', until: 7", 'expect[0].until is no setting', undefined],
  ])('with %s is refused', async (_, inside, said, before) => {
    const { shown } = await read({ 'acme.yaml': expecting(inside, before ?? scheduled) });

    expect(shown.join('\n')).toContain(said);
  });

  it('is refused with a file of holidays that holds something else', async () => {
    const files = {
      'acme.yaml': expecting("pattern: a, by: '06:00', holidays: italy.txt"),
      'italy.txt': '25.12.2026\n',
    };

    const { shown } = await read(files);

    expect(shown.join('\n')).toContain('names the file italy.txt, in which "25.12.2026" is no date');
  });

  it('is refused where it is there twice', async () => {
    const one = "{ pattern: a, by: '06:00' }";
    const yaml = partnerYaml({ rest: `${scheduled}\n    expect: [${one}, ${one}]` });

    const { shown } = await read({ 'acme.yaml': yaml });

    expect(shown.join('\n')).toContain("expect[1].pattern expects 'a' by 06:00 a second time");
  });
});
