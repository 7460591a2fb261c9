import picomatch from 'picomatch';

/** Which files of a flow are wanted, by globs on the path below the flow's remote directory. */
export interface SelectionRules {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export type Selection = 'selected' | 'excluded' | 'not-included';

/**
 * `*` stays within a directory, `**` crosses them, and a leading dot is like any other letter. Flag `s`: without it `**` does
 * not match a name with a line separator (U+2028), and such a file would be left out in silence.
 */
const options = { dot: true, nonegate: true, flags: 's' };

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

/**
 * Builds the matcher once. What ends with a slash is no file but a folder of S3's console, and never selected. A path with `.`
 * or `..` in it, which picomatch lets no glob match, counts as included: whoever maps it refuses it, and says why.
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
