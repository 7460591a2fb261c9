import { type Html, html } from './html.ts';

/** A section with its heading. @param id unique in the page. */
export function section(id: string, title: string, content: readonly (Html | undefined)[]): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

export interface Column {
  readonly title: string;
  /** `word`: short and never broken. `text`: from a partner; may break anywhere. */
  readonly kind: 'text' | 'word' | 'number';
}

/** A table whose first column is the row header. */
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
