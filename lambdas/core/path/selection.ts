import picomatch from 'picomatch';

/** Which files a flow selects, by globs on the path below the flow's remote directory or prefix. */
export interface SelectionRules {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export type Selection = 'selected' | 'excluded' | 'not-included';

/**
 * `*` matches within a directory, `**` across directories, and both match a leading dot. Flag `s`: without it
 * `**` does not match a name with a line separator (U+2028), and such a file would silently not be selected.
 */
const options = { dot: true, nonegate: true, flags: 's' };

/**
 * The error in a glob, as the end of a sentence that begins with the key; undefined if it is valid. Without
 * this check an invalid glob silently matches nothing.
 */
export function globError(glob: string): string | undefined {
  try {
    // With `debug`, picomatch throws instead of falling back to a pattern that never matches.
    picomatch.makeRe(glob, { ...options, debug: true });
    return undefined;
  } catch (cause) {
    return `is not a valid glob: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/**
 * Builds a matcher; matching is `exclude` first, then `include`. A path that ends with a slash is a folder of
 * the S3 console, and is not selected. A path with a `.` or `..` component, which picomatch never matches,
 * counts as included, so that it is refused later with a reason.
 */
export function makeSelector(rules: SelectionRules): (relativePath: string) => Selection {
  const included = picomatch([...rules.include], options);
  const excluded = rules.exclude.length === 0 ? () => false : picomatch([...rules.exclude], options);
  return (relativePath) => {
    if (excluded(relativePath)) return 'excluded';
    if (relativePath === '' || relativePath.endsWith('/')) return 'not-included';
    return included(relativePath) || hasDotComponent(relativePath) ? 'selected' : 'not-included';
  };
}

function hasDotComponent(path: string): boolean {
  return path.split('/').some((name) => name === '.' || name === '..');
}
