import { describe, it } from 'vitest';
import type { S3Endpoint } from './s3-endpoint.ts';

/** A behaviour that the product relies on, and its test; `body` gets a running server. */
export interface Clause {
  readonly title: string;
  readonly body: (endpoint: S3Endpoint) => Promise<void>;
}

/** Titles of the clauses that a server does not fulfil, each with what it does instead. */
export type Deviations = Readonly<Record<string, string>>;

/**
 * Registers the clauses as tests. A deviation is a test too: its clause must fail, so that a deviation that
 * was fixed is noticed.
 * @throws Error for a deviation from a clause that does not exist.
 */
export function registerClauses(
  clauses: readonly Clause[],
  deviations: Deviations,
  endpoint: () => S3Endpoint,
): void {
  const unknown = Object.keys(deviations).filter((title) =>
    clauses.every((clause) => clause.title !== title),
  );
  if (unknown.length > 0) throw new Error(`No clause of the S3 contract has the title ${unknown.join('; ')}`);
  describe('fulfils its contract', () => {
    for (const { title, body } of clauses) {
      const deviation = deviations[title];
      if (deviation === undefined) it(title, () => body(endpoint()));
      else it.fails(`${title} (known deviation: ${deviation})`, () => body(endpoint()));
    }
  });
}
