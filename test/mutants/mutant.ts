/** One change of a critical line, and the tests that must fail with it. */
export interface Mutant {
  /** What the product no longer does, as a sentence: 'Deletes a file without comparing its size'. */
  readonly name: string;
  /** From the project's root. */
  readonly file: string;
  /** The text that is replaced. It occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Test files from the project's root, the cheapest first. At least one test of them must fail. */
  readonly tests: readonly [string, ...string[]];
}

/** @throws Error where the mutant's text does not occur exactly once in `source`. */
export function applyMutant({ name, file, find, replace }: Mutant, source: string): string {
  const occurrences = source.split(find).length - 1;
  if (occurrences !== 1) {
    throw new Error(
      `'${name}': its text occurs ${occurrences} times in ${file}, and must occur once: ${find}`,
    );
  }
  return source.replace(find, () => replace);
}

/** Mutants of one file that the same tests kill. */
export function mutantsOf(
  file: string,
  tests: Mutant['tests'],
  changes: readonly Pick<Mutant, 'name' | 'find' | 'replace'>[],
): readonly Mutant[] {
  return changes.map((change) => ({ ...change, file, tests }));
}
