import picomatch from 'picomatch';

/** Which files of a flow are wanted, by globs on the path below the flow's remote directory. */
export interface SelectionRules {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export type Selection = 'selected' | 'excluded' | 'not-included';

/** `*` stays within a directory, `**` crosses them, and a leading dot is like any other letter. */
const options = { dot: true, nonegate: true };

/** What is wrong with the glob, as the end of a sentence. Without this check a broken one matches nothing, in silence. */
export function globFault(glob: string): string | undefined {
  try {
    // With `debug`, picomatch throws where it would else fall back to a pattern that never matches.
    picomatch.makeRe(glob, { ...options, debug: true });
    return undefined;
  } catch (cause) {
    return `is no glob: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/** Builds the matcher once. */
export function makeSelector(rules: SelectionRules): (relativePath: string) => Selection {
  const included = picomatch([...rules.include], options);
  const excluded = rules.exclude.length === 0 ? () => false : picomatch([...rules.exclude], options);
  return (relativePath) => {
    if (excluded(relativePath)) return 'excluded';
    return included(relativePath) ? 'selected' : 'not-included';
  };
}
