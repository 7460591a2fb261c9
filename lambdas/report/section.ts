import { type Html, html } from './html.ts';

/** A part of the page with its heading. @param id within the page. */
export function section(id: string, title: string, content: readonly (Html | undefined)[]): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

export interface Column {
  readonly title: string;
  /** A `word` is ours and short; a `text` may be a partner's, and is broken wherever the line ends. */
  readonly kind: 'text' | 'word' | 'number';
}

/** A table whose first column names the rows. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (string | Html)[])[],
): Html {
  const heads = columns.map(({ title, kind }) => html`<th scope="col" class="${kind}">${title}</th>`);
  const body = rows.map(([name, ...cells]) => {
    const others = cells.map((cell, index) => html`<td class="${columns[index + 1]?.kind}">${cell}</td>`);
    return html`<tr><th scope="row" class="${columns[0]?.kind}">${name}</th>${others}</tr>`;
  });
  return html`<table><caption>${caption}</caption><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`;
}
