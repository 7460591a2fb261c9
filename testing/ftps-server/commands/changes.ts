import { reply } from '../connection/reply.ts';
import type { Command } from '../connection/session.ts';
import { type FileTree, TreeError, type TreePath } from '../tree/file-tree.ts';
import { resolvePath } from '../tree/tree-path.ts';
import { orRefuse } from './refusal.ts';

/** DELE (RFC 959, 4.1.3): files and links, not directories. */
export const remove: Command = (session, argument) =>
  orRefuse(async () => {
    await session.server.tree.remove(resolvePath(session.directory, argument));
    return reply(250, 'Removed.');
  });

/** RNFR (RFC 959, 4.1.3). */
export const renameFrom: Command = (session, argument) =>
  orRefuse(async () => {
    const path = resolvePath(session.directory, argument);
    await session.server.tree.find(path);
    session.renameFrom = path;
    return reply(350, 'Send RNTO.');
  });

/** RNTO (RFC 959, 4.1.3). Replaces an existing file, as POSIX does, or refuses to, as IIS does. */
export const renameTo: Command = (session, argument) => {
  const from = session.renameFrom;
  session.renameFrom = undefined;
  if (from === undefined) return reply(503, 'Send RNFR before RNTO.');
  return orRefuse(async () => {
    const { tree, settings } = session.server;
    const to = resolvePath(session.directory, argument);
    if (!settings.features.renameReplaces && (await exists(tree, to))) throw new TreeError('exists', to);
    await tree.rename(from, to);
    return reply(250, 'Renamed.');
  });
};

function exists(tree: FileTree, path: TreePath): Promise<boolean> {
  return tree.find(path).then(
    () => true,
    () => false,
  );
}
