import { shownText } from '../lambdas/sync/shown-text.ts';

export { shownText };

/** Columns set flush, two spaces apart, for people. Control characters of a partner's names never reach the terminal. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = [header, ...rows].map((row) => row.map(shownText));
  const widths = header.map((_, column) => Math.max(...shown.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return shown.map((row) => `${line(row).trimEnd()}\n`).join('');
}
