import { shownText } from '../core/path/printable-text.ts';

/** HTML that is inserted without escaping. Only {@link html} makes it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | Html | undefined | readonly Content[];

/**
 * HTML with values. All text is escaped, because a partner chooses much of it: file names, replies. Use
 * values only between tags and in attributes with double quotes.
 */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const parts = pieces.map((piece, index) => `${piece}${render(contents[index])}`);
  return new Html(parts.join(''));
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escapeHtml(content);
  return content.map(render).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return shownText(text)
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
