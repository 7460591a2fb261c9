/**
 * The candidate that the word was probably meant to be; undefined where none is near. Case does not count.
 * @example nearest('securty', ['security', 'secret']) // 'security'
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (best === undefined || edits < best.edits) best = { candidate, edits };
  }
  // One edit in a short word, more in a longer one: `port` is not `host`.
  const maxEdits = Math.max(1, Math.floor(word.length / 4));
  return best !== undefined && best.edits <= maxEdits ? best.candidate : undefined;
}

/** The end of a message: `; did you mean security?`, or nothing where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === undefined ? '' : `; did you mean ${found}?`;
}

/** Letters to insert, delete or replace, or neighbours to swap: optimal string alignment. */
function editDistance(from: string, to: string): number {
  let before: readonly number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const edits = [
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
        ...(isSwap ? [(before[column - 2] ?? 0) + 1] : []),
      ];
      current.push(Math.min(...edits));
    }
    before = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}
