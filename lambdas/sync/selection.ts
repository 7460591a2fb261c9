import picomatch from 'picomatch';

/** Which files of a flow are wanted, by globs on the path below the flow's remote directory. */
export interface SelectionRules {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export type Selection = 'selected' | 'excluded' | 'not-included';

/** Builds the matcher once: `*` stays within a directory, `**` crosses them, and a leading dot is like any other letter. */
export function makeSelector(rules: SelectionRules): (relativePath: string) => Selection {
  const options = { dot: true, nonegate: true };
  const included = picomatch([...rules.include], options);
  const excluded = rules.exclude.length === 0 ? () => false : picomatch([...rules.exclude], options);
  return (relativePath) => {
    if (excluded(relativePath)) return 'excluded';
    return included(relativePath) ? 'selected' : 'not-included';
  };
}
