import type { FileOwner, KnownFiles } from '../../core/delivery/own-file.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';

/** A file of that name is at the partner, and the flow's `overwrite` does not allow replacing it. */
export class TargetExistsError extends Error {
  override readonly name = 'TargetExistsError';
}

/** The error says what is known of the file: whether we put it there, and when. */
export function targetExistsError(
  path: RemotePath,
  { delivered, begun }: KnownFiles,
  owner: FileOwner,
): TargetExistsError {
  const refused = `A file is at ${path}, and the flow's setting overwrite does not allow replacing it. The file is unchanged.`;
  const ask = 'or ask the partner to remove the file.';
  if (owner.kind === 'whole')
    return new TargetExistsError(
      `${refused} It is the one that this flow put there at ${owner.at.toISOString()} (${owner.sizeBytes} bytes), unchanged since; the partner may be processing it. Set overwrite: replace-own in the flow to replace such files, ${ask}`,
    );
  const own =
    delivered?.path === path
      ? ` It is not the one that this flow delivered at ${delivered.deliveredAt.toISOString()}: its size or its time differs.`
      : '';
  const part =
    begun?.write === undefined
      ? ''
      : ` A try of ${begun.at.toISOString()} may have written there, and the file is not shown to be its own: it is larger, or of another day.`;
  return new TargetExistsError(`${refused}${own}${part} Set overwrite: replace in the partner file, ${ask}`);
}
