import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Statements as tagged templates, with bound values. */
export interface Statements {
  run(text: TemplateStringsArray, ...values: readonly SQLInputValue[]): void;
  get(text: TemplateStringsArray, ...values: readonly SQLInputValue[]): Row | undefined;
  all(text: TemplateStringsArray, ...values: readonly SQLInputValue[]): readonly Row[];
}

/**
 * Prepares each statement once. Node's `createTagStore` does the same, but in Node 24 its statements, and
 * with them the lock on the file, outlive `close()` until they are garbage collected.
 */
export function prepareStatements(database: DatabaseSync): Statements {
  // A tagged template passes the same array on every evaluation.
  const prepared = new Map<TemplateStringsArray, StatementSync>();
  const statement = (text: TemplateStringsArray): StatementSync => {
    const found = prepared.get(text) ?? database.prepare(text.join('?'));
    prepared.set(text, found);
    return found;
  };
  return {
    run: (text, ...values) => {
      statement(text).run(...values);
    },
    get: (text, ...values) => statement(text).get(...values),
    all: (text, ...values) => statement(text).all(...values),
  };
}
