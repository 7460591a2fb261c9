import type { FormatName } from '../formats/listed-entry.ts';

/**
 * A line that cannot be an entry: `head` names the directory or the columns, and stands before the first
 * entry; `total` is a total in a known language; `perhaps-total` one in another language, if an entry follows
 * it.
 */
export type OtherLine =
  | { readonly kind: 'head'; readonly format?: FormatName }
  | { readonly kind: 'total' }
  | { readonly kind: 'perhaps-total' };

/** Longer lines are none of these. */
const maxLength = 200;

/**
 * What a line is that no format understands; undefined where it may be an entry.
 * @param directory the one that is listed, as bytes.
 */
export function parseOtherLine(line: string, directory: string): OtherLine | undefined {
  if (line.length > maxLength) return undefined;
  if (isPathHead(line, directory)) return { kind: 'head' };
  for (const [pattern, format] of columnHeads) {
    if (pattern.test(line)) return { kind: 'head', ...(format === undefined ? {} : { format }) };
  }
  if (fileTotals.some((pattern) => pattern.test(line))) return { kind: 'total' };
  const words = wordTotal.exec(line)?.[1];
  if (words === undefined) return undefined;
  return { kind: totalWords.has(words.toLowerCase()) ? 'total' : 'perhaps-total' };
}

/**
 * `.:`, `./sub:`, `/path:`, `C:\path:`, and the name of the directory: what `ls -R` and some servers put
 * before the entries.
 */
export function isPathHead(line: string, directory: string): boolean {
  if (/^(?:\.{1,2}|\.{0,2}\/.*|[A-Za-z]:[\\/].*):$/.test(line)) return true;
  return line.length > 1 && line === `${directory.slice(directory.lastIndexOf('/') + 1)}:`;
}

/** The names of columns, and of the directory on VMS. */
const columnHeads: readonly (readonly [RegExp, FormatName?])[] = [
  [/^Directory \S*\[[^\]]{0,120}\] *$/i, 'vms'],
  [/^File +Code +EOF +Last Modification +Owner +RWEP *$/i, 'nonstop'],
  [/^Volume +(?:Unit +)?Referred +Ext +Used +Recfm +Lrecl +BlkSz +Dsorg +Dsname *$/i, 'zos'],
  [/^ *Name +VV\.MM +Created +Changed +Size +Init +Mod +Id *$/i, 'zos-member'],
  [/^ *Name +Size +TTR +Alias-of +AC[- ]+Attributes[- ]+Amode +Rmode *$/i, 'zos-member'],
  [/^ *size +date +time +name *$/i],
  [/^ *-{4,}(?: +-{4,}){3} *$/],
];

/** VMS: `Total of 3 files, 12/48 blocks.`, `Total 14 files`. `dir`: ` 2 File(s)  1,234 bytes`. */
const fileTotals: readonly RegExp[] = [
  /^Total (?:of )?\d{1,9} (?:files?|director(?:y|ies))\b/i,
  /^ +\d{1,9} [A-Za-z\x80-\xff]{2,12}\([a-z]{1,3}\),? +\d[\d., \xa0\xc2]{0,24}[A-Za-z\x80-\xff ]{1,24}$/,
];

/** `total 12`, `insgesamt 1,5M`, `total -956`. */
const wordTotal =
  /^((?:[A-Za-z\x80-\xff]{1,40} ){0,2}[A-Za-z\x80-\xff]{1,40}):? {1,8}-?\d[\d.,]{0,24} ?[KMGTP]?i?B?$/i;

/** The word of `ls -l` in the translations of GNU coreutils 9, as bytes of UTF-8. */
const totalWords: ReadonlySet<string> = new Set(
  [
    ...['total', 'insgesamt', 'gesamt', 'totale', 'totaal', 'totalt', 'i alt', 'summa', 'yhteensä', 'razem'],
    ...['celkem', 'celkom', 'összesen', 'ukupno', 'skupaj', 'toplam', 'kokku', 'kopā', 'viso', 'guztira'],
    ...['iomlán', 'jumlah', 'sumo', 'tổng cộng', 'tổng', 'укупно', 'итого', 'всего', 'усього', 'всього'],
    ...['загалом', 'общо', 'σύνολο', '合計', '合计', '总计', '总用量', '總計', '總用量', '합계', '총'],
  ].map((word) => Buffer.from(word.toLowerCase(), 'utf8').toString('latin1').toLowerCase()),
);
