import { styleText } from 'node:util';
import stringWidth from 'string-width';

/**
 * The columns of the terminal that shows stdout. Where stdout goes to a pager, those of stderr's; undefined
 * where neither is a terminal: a program reads the text, and rows are not cut to a width. COLUMNS overrides
 * all.
 */
export function screenColumns(): number | undefined {
  const given = Number(process.env.COLUMNS);
  if (Number.isInteger(given) && given > 0) return given;
  return [process.stdout, process.stderr].find((stream) => stream.isTTY)?.columns;
}

/** The text, padded with spaces. Counts columns of a terminal: two for a CJK character or an emoji. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}

/** The start of the text that fits, ending with `…` where something is missing. */
export function fitColumns(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let fitting = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(fitting + segment) > columns - 1) break;
    fitting += segment;
  }
  return `${fitting}…`;
}

/** The lines of the text, broken at spaces. A longer word, such as a path, has a line for itself. */
export function wrapColumns(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && stringWidth(longer) > columns) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines;
}

type Colour = 'green' | 'yellow' | 'red';

/** The words for states, outcomes and levels whose colour tells how much they matter. */
const colours: Readonly<Record<string, Colour>> = {
  ok: 'green',
  succeeded: 'green',
  transferred: 'green',
  delivered: 'green',
  delivering: 'green',
  incomplete: 'yellow',
  held: 'yellow',
  paused: 'yellow',
  warning: 'yellow',
  halted: 'red',
  failed: 'red',
  failing: 'red',
  refused: 'red',
  error: 'red',
};

/** The text in the colour of its first word. Plain where stdout is no terminal, and with NO_COLOR. */
export function coloured(text: string): string {
  const colour = colours[/^[a-z-]+/.exec(text)?.[0] ?? ''];
  return colour === undefined ? text : styleText(colour, text, { stream: process.stdout });
}
