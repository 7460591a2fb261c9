import type { DirectoryListing, RefusedName, SkippedEntry } from '../../core/listing/listing.ts';
import type { RemoteFile } from '../../core/listing/remote-file.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import type { Session } from '../session/session.ts';
import { listDirectory } from './list-directory.ts';
import type { ListLimits } from './list-options.ts';

/**
 * Lists one directory into memory. For directories that are known to be small.
 * @throws the same errors as `listDirectory`.
 */
export async function listWholeDirectory(
  session: Session,
  directory: RemotePath,
  limits: ListLimits & { readonly maxEntries: number },
): Promise<DirectoryListing> {
  const files: RemoteFile[] = [];
  const skipped: SkippedEntry[] = [];
  const refused: RefusedName[] = [];
  const { subdirectories, errors } = await listDirectory(session, directory, {
    ...limits,
    onLines: (lines) => {
      for (const line of lines) {
        if (line.kind === 'file') files.push(line.file);
        else if (line.kind === 'skipped') skipped.push(line.entry);
        else refused.push(line.name);
      }
      return undefined;
    },
  });
  return { directory, subdirectories, errors, files, skipped, refused };
}
