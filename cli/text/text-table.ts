import stringWidth from 'string-width';
import { shownText } from '../../lambdas/core/path/printable-text.ts';
import { coloured, padColumns, screenColumns, wrapColumns } from './screen.ts';

/** Between two columns. */
const gap = 2;
/** A screen with fewer columns shows a table that does not fit as cards. */
const minWrappedColumns = 100;
/** The last column of a table is not wrapped to less. */
const minLastColumn = 30;
/** The columns whose words have a colour. */
const colouredHeads = new Set(['STATE', 'OUTCOME', 'LEVEL']);

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Aligned columns, two spaces apart, without trailing spaces. Escapes control characters, which a partner's
 * file names may contain and a terminal would obey. A table that is wider than the screen has its last column
 * wrapped, or, on a narrow screen, becomes cards: a line for each value, and an empty line after each row.
 * @param columns of the screen; undefined: any width fits.
 */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns = screenColumns(),
): string {
  const table: Table = { header, rows: rows.map((row) => row.map(shownText)) };
  const widths = header.map((_, column) => columnWidth(table, column));
  const width = sum(widths) + gap * (widths.length - 1);
  if (columns === undefined || width <= columns) return tableText(table, widths);
  const last = columns - (width - (widths.at(-1) ?? 0));
  return columns >= minWrappedColumns && last >= minLastColumn
    ? tableText(table, [...widths.slice(0, -1), last])
    : cardsText(table, columns);
}

function columnWidth({ header, rows }: Table, column: number): number {
  // A list of 100,000 rows has more than the arguments of one call.
  return rows.reduce(
    (widest, row) => Math.max(widest, stringWidth(row[column] ?? '')),
    stringWidth(header[column] ?? ''),
  );
}

function tableText({ header, rows }: Table, widths: readonly number[]): string {
  const lastWidth = widths.at(-1) ?? 0;
  const indent = ' '.repeat(sum(widths) - lastWidth + gap * (widths.length - 1));
  const paint = (cell: string, column: number) =>
    colouredHeads.has(header[column] ?? '') ? coloured(cell) : cell;
  const line = (row: readonly string[], isHeader: boolean) => {
    const cells = row.slice(0, widths.length - 1).map((cell, column) => {
      const padding = padColumns(cell, widths[column] ?? 0).slice(cell.length);
      return `${isHeader ? cell : paint(cell, column)}${padding}`;
    });
    const [first = '', ...more] = wrapColumns(row[widths.length - 1] ?? '', lastWidth);
    const begun = `${[...cells, first].join(' '.repeat(gap)).trimEnd()}\n`;
    return begun + more.map((rest) => `${indent}${rest}\n`).join('');
  };
  return line(header, true) + rows.map((row) => line(row, false)).join('');
}

/** Values that are empty or `-` are left out. */
function cardsText({ header, rows }: Table, columns: number): string {
  const labelWidth = Math.max(...header.map((head) => stringWidth(head)));
  const indent = ' '.repeat(labelWidth + gap);
  const card = (row: readonly string[]) =>
    header.map((head, column) => {
      const value = row[column] ?? '';
      if (value === '' || value === '-') return '';
      const [first = '', ...more] = wrapColumns(value, columns - indent.length);
      const shown = colouredHeads.has(head) ? coloured(first) : first;
      return `${padColumns(head, labelWidth + gap)}${shown}\n${more.map((rest) => `${indent}${rest}\n`).join('')}`;
    });
  return rows.map((row) => `${card(row).join('')}\n`).join('');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
