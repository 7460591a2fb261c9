import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { fitColumns, wrapColumns } from '../../../../cli/text/screen.ts';
import { textTable } from '../../../../cli/text/text-table.ts';

const header = ['STATE', 'FLOW', 'LAST RUN', 'MESSAGE'];
const rows = [
  [
    'failed',
    'acme/請求書',
    '02:15 Rome (10 h ago)',
    'the server answered 550 and said that there is no such file',
  ],
  ['succeeded', 'acme/🧾', '-', ''],
];
const linesOf = (text: string) => text.trimEnd().split('\n');

test('Columns are aligned also after CJK characters and emoji, which take two columns each', () => {
  const lines = linesOf(textTable(header, rows, undefined));

  const starts = [lines[0]?.indexOf('LAST RUN'), lines[1]?.indexOf('02:15'), lines[2]?.indexOf('-')];
  const widths = lines.map((line, index) => stringWidth(line.slice(0, starts[index])));
  expect(new Set(widths).size).toBe(1);
});

test('Without a screen, each row stays one line, whatever its width', () => {
  expect(linesOf(textTable(header, rows, undefined))).toHaveLength(3);
});

test.each([60, 80, 99])('A table that does not fit %i columns becomes cards that do', (columns) => {
  const text = textTable(header, rows, columns);

  expect(
    linesOf(text)
      .map((line) => stringWidth(line))
      .filter((width) => width > columns),
  ).toEqual([]);
  expect(text).toContain('STATE     failed\nFLOW      acme/請求書\n');
  expect(text.replaceAll(/\s+/g, ' ')).toContain('there is no such file');
});

test('On a wide screen the last column is wrapped below its head', () => {
  const long = [['failed', 'acme/files', '-', `${'word '.repeat(40)}end`]];

  const lines = linesOf(textTable(header, long, 100));

  const start = lines[0]?.indexOf('MESSAGE') ?? 0;
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(lines.slice(2).every((line) => line.search(/\S/) === start)).toBe(true);
});

test('A table that fits stays a table on a narrow screen', () => {
  expect(textTable(['A', 'B'], [['1', '2']], 60)).toBe('A  B\n1  2\n');
});

test('A table of 100,000 rows is printed', () => {
  const many = Array.from({ length: 100_000 }, (_, row) => [String(row), 'x']);

  expect(linesOf(textTable(['N', 'X'], many, 80))).toHaveLength(100_001);
});

test('A control character of a name is shown, and not sent to the terminal', () => {
  expect(textTable(['FILE'], [['\u001b[31mred']], 80)).toBe('FILE\n\\u001b[31mred\n');
});

test('A path is never broken, so that it can be copied', () => {
  const path = `/outgoing/${'a'.repeat(100)}.csv`;

  expect(wrapColumns(`see ${path} now`, 40)).toEqual(['see', path, 'now']);
});

test.each([
  ['short', 80, 'short'],
  ['12345678', 6, '12345…'],
  ['請求書請求書', 7, '請求書…'],
  ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 5, '👨‍👩‍👧‍👦👨‍👩‍👧‍👦…'],
])('%s in %i columns is %s', (text, columns, shown) => {
  expect(fitColumns(text, columns)).toBe(shown);
  expect(stringWidth(shown)).toBeLessThanOrEqual(columns);
});
