import { shownText } from '../sync/shown-text.ts';

/** HTML that may stand in a page as it is: made by {@link html} alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | Html | undefined | readonly Content[];

/**
 * HTML with values in it. Text is escaped, wherever it stands, since much of it was chosen by a partner: names of files, replies.
 * It may stand between tags and in attributes with double quotes; nowhere else.
 */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const parts = pieces.map((piece, index) => `${piece}${rendered(contents[index])}`);
  return new Html(parts.join(''));
}

function rendered(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escaped(content);
  return content.map(rendered).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return shownText(text)
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
