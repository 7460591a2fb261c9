/** How ledger, bucket and partner can disagree about one file or object. */
export const differenceKinds = [
  'object-deleted',
  'object-overwritten',
  'object-rewritten',
  'object-not-recorded',
  'bytes-differ',
  'gone-at-partner',
  'changed-at-partner',
  'not-taken',
  'not-disposed',
  'not-delivered',
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** One disagreement: what was found, and what mends it. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** Below the flow's remote directory or prefix. */
  readonly path: string;
  readonly found: string;
}

/**
 * The remedy of each kind, with the command that mends it.
 * @param flow `PARTNER FLOW`, as the commands take it.
 */
export function remedyFor(
  { kind, path }: Pick<Difference, 'kind' | 'path'>,
  direction: 'pull' | 'push',
  flow: string,
): string {
  const quoted = `'${path.replaceAll("'", `'\\''`)}'`;
  const replay = `npx ftps-sync replay ${flow} ${quoted} --reason TEXT`;
  const forget = `npx ftps-sync forget ${flow} ${quoted} --reason TEXT`;
  const run = `npx ftps-sync run ${flow}`;
  switch (kind) {
    case 'object-deleted':
      return direction === 'pull'
        ? `transfer it again: ${replay}; where the partner has no such file any more, restore a version of the object`
        : `none if it was deleted on purpose: ${forget}; otherwise put it again`;
    case 'object-overwritten':
      return direction === 'pull'
        ? `move the other object away, then ${replay}`
        : `deliver the object that is there now: ${run}`;
    case 'object-rewritten':
      return direction === 'pull'
        ? `none: the bytes are the same`
        : `none: the bytes are the same; ${replay} delivers it again`;
    case 'object-not-recorded':
      return `none if another program wrote it; npx ftps-sync adopt ${flow} --reason TEXT records it if the partner has the file`;
    case 'bytes-differ':
      return direction === 'pull' ? `transfer it again: ${replay}` : `deliver it again: ${replay}`;
    case 'gone-at-partner':
      return direction === 'pull'
        ? `none if the partner removed it on purpose: ${forget}`
        : `none if the partner took it; otherwise ${replay}`;
    case 'changed-at-partner':
      return direction === 'pull'
        ? `${run}; if that halts, npx ftps-sync approve RUN --reason TEXT; with onChange: ignore, ${replay}`
        : `deliver it again: ${replay} (overwrite: replace)`;
    case 'not-taken':
      return `${run}; npx ftps-sync attention ${flow} shows what failed`;
    case 'not-disposed':
      return run;
    case 'not-delivered':
      return `${run}; npx ftps-sync attention ${flow} shows what failed`;
  }
  return kind satisfies never;
}
