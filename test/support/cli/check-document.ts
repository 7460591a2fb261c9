import { expect } from 'vitest';
import {
  type DocumentName,
  documentNames,
  documentSchema,
} from '../../../cli/documents/command-documents.ts';

/**
 * Fails where a command printed a document that its published schema (docs/json) does not describe: a field
 * that is missing, wrong, or not documented.
 * @param args the command line. Without --json, nothing is checked.
 */
export function checkDocument(args: readonly string[], stdout: string): void {
  if (!args.includes('--json') || stdout === '') return;
  const document: unknown = JSON.parse(stdout);
  const isError = typeof document === 'object' && document !== null && 'error' in document;
  const name = isError ? 'error' : nameOf(args);
  if (name === undefined) return;
  expect(documentSchema(name).parse(document), `the document of ${name}: docs/json`).toEqual(document);
}

/** `run`, or of a group `secret put`. */
function nameOf(args: readonly string[]): DocumentName | undefined {
  return documentNames.find((name) => name === args[0] || name === args.slice(0, 2).join(' '));
}
