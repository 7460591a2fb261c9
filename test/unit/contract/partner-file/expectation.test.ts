import { describe, expect, it } from 'vitest';
import { flowExpectations } from '../../../../lambdas/contract/partner-file/expectation.ts';
import { parseFolder, partnerYaml } from './partner-folder.ts';

const scheduled = "    schedule: { cron: '0 5 * * ? *', timeZone: Europe/Rome }";

/** The partner file with one expectation, given as the content of a YAML map. */
function expecting(inside: string, before = scheduled): string {
  return partnerYaml({ rest: `${before}\n    expect:\n      - { ${inside} }` });
}

function read(files: Readonly<Record<string, string>>) {
  const { partners, shown } = parseFolder(files);
  const [flow] = partners[0]?.flows ?? [];
  return { shown, expectations: flow?.direction === 'pull' ? flowExpectations(flow) : [] };
}

describe('An expectation', () => {
  it('defaults to one non-empty file a day, in the zone of the schedule', () => {
    const { shown, expectations } = read({ 'acme.yaml': expecting("pattern: '*.csv', by: '06:00'") });

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
  ])('is for the days %s', (days, count) => {
    const { expectations } = read({ 'acme.yaml': expecting(`pattern: a, by: '06:00', days: ${days}`) });

    expect(expectations[0]?.days).toHaveLength(count);
  });

  it('accepts holidays as dates', () => {
    const inside = "pattern: a, by: '06:00', holidays: [2026-12-25, 2026-12-26]";

    const { shown, expectations } = read({ 'acme.yaml': expecting(inside) });

    expect(shown).toEqual([]);
    expect(expectations[0]?.holidays).toEqual(['2026-12-25', '2026-12-26']);
  });

  it('reads holidays from a file and embeds them in the partner file', () => {
    const files = {
      'acme.yaml': expecting("pattern: a, by: '06:00', holidays: italy.txt"),
      'italy.txt': '# Italy\n2026-12-25 Christmas\n\n2026-12-26\n',
    };

    const { shown, expectations } = read(files);

    expect(shown).toEqual([]);
    expect(expectations[0]?.holidays).toEqual(['2026-12-25', '2026-12-26']);
  });

  it('keeps its identity if count and calendar change', () => {
    const one = read({ 'acme.yaml': expecting("pattern: a, by: '06:00'") });
    const other = read({ 'acme.yaml': expecting("pattern: a, by: '06:00', count: 3, days: weekdays") });

    expect(other.expectations[0]?.key).toBe(one.expectations[0]?.key);
  });

  it.each([
    [
      'an invalid hour',
      "pattern: a, by: '24:00'",
      "expect[0].by must be a time of day in quotes, such as '06:00'",
      undefined,
    ],
    ['no pattern', "by: '06:00'", 'expect[0].pattern', undefined],
    ['a count of 0', "pattern: a, by: '06:00', count: 0", 'expect[0].count', undefined],
    [
      'an invalid day',
      "pattern: a, by: '06:00', days: [Monday]",
      'expect[0].days must be daily, weekdays, or a list',
      undefined,
    ],
    [
      'an invalid holiday',
      "pattern: a, by: '06:00', holidays: [2026-02-30]",
      'expect[0].holidays',
      undefined,
    ],
    [
      'a file that does not exist',
      "pattern: a, by: '06:00', holidays: none.txt",
      'expect[0].holidays names the file none.txt, which cannot be read',
      undefined,
    ],
    [
      'an invalid zone',
      "pattern: a, by: '06:00', timeZone: Rome",
      'expect[0].timeZone must be an IANA time zone',
      undefined,
    ],
    ['no zone anywhere', "pattern: a, by: '06:00'", 'expect[0].timeZone is missing', ''],
    ['an unknown key', "pattern: a, by: '06:00', until: 7", 'expect[0].until is not a setting', undefined],
  ])('is refused with %s', (_, inside, said, before) => {
    const { shown } = read({ 'acme.yaml': expecting(inside, before ?? scheduled) });

    expect(shown.join('\n')).toContain(said);
  });

  it('is refused if the holidays file has a line without a date', () => {
    const files = {
      'acme.yaml': expecting("pattern: a, by: '06:00', holidays: italy.txt"),
      'italy.txt': '25.12.2026\n',
    };

    const { shown } = read(files);

    expect(shown.join('\n')).toContain(
      'names the file italy.txt, in which the line "25.12.2026" does not start with a date',
    );
  });

  it('is refused if it is a duplicate', () => {
    const one = "{ pattern: a, by: '06:00' }";
    const yaml = partnerYaml({ rest: `${scheduled}\n    expect: [${one}, ${one}]` });

    const { shown } = read({ 'acme.yaml': yaml });

    expect(shown.join('\n')).toContain("expect[1].pattern 'a' is already expected by 06:00");
  });
});
