import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Statements as tagged templates, their values bound. */
export interface Statements {
  run(text: TemplateStringsArray, ...values: readonly SQLInputValue[]): void;
  get(text: TemplateStringsArray, ...values: readonly SQLInputValue[]): Row | undefined;
  all(text: TemplateStringsArray, ...values: readonly SQLInputValue[]): readonly Row[];
}

/**
 * Prepares every statement of the code once. Node's own `createTagStore` is not used: in Node 24 its statements live on after
 * `close()` until they are collected, and so does the lock on the file; those prepared here end with the database.
 */
export function statementsOf(database: DatabaseSync): Statements {
  // A tagged template passes the same array each time it is evaluated.
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
