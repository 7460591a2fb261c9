import type { DirectoryListing, RefusedName, SkippedEntry } from '../sync/listing.ts';
import type { RemoteFile } from '../sync/remote-file.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import { type ListLimits, listDirectory } from './list-directory.ts';
import type { Session } from './session.ts';

/** A directory with all its names in memory: for one that is known to be small, or with a limit. @throws as listDirectory does. */
export async function wholeListing(
  session: Session,
  directory: RemotePath,
  limits: ListLimits & { readonly maxEntries: number },
): Promise<DirectoryListing> {
  const files: RemoteFile[] = [];
  const skipped: SkippedEntry[] = [];
  const refused: RefusedName[] = [];
  const verdict = await listDirectory(session, directory, {
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
  return { ...verdict, files, skipped, refused };
}
