import { reply } from '../reply.ts';
import type { Command } from '../session.ts';
import { type FileTree, TreeError, type TreePath } from '../tree.ts';
import { resolvePath } from '../tree-path.ts';
import { orRefusal } from './refusal.ts';

/** DELE (RFC 959, 4.1.3): files and links, not directories. */
export const remove: Command = (session, argument) =>
  orRefusal(async () => {
    await session.server.tree.remove(resolvePath(session.directory, argument));
    return reply(250, 'Removed.');
  });

/** RNFR (RFC 959, 4.1.3). */
export const renameFrom: Command = (session, argument) =>
  orRefusal(async () => {
    const path = resolvePath(session.directory, argument);
    await session.server.tree.find(path);
    session.renameFrom = path;
    return reply(350, 'RNTO, please.');
  });

/** RNTO (RFC 959, 4.1.3). A file at the new name is replaced, as POSIX does, or the rename refused, as IIS does. */
export const renameTo: Command = (session, argument) => {
  const from = session.renameFrom;
  session.renameFrom = undefined;
  if (from === undefined) return reply(503, 'RNFR comes before RNTO.');
  return orRefusal(async () => {
    const { tree, settings } = session.server;
    const to = resolvePath(session.directory, argument);
    if (!settings.features.renameReplaces && (await isThere(tree, to))) throw new TreeError('exists', to);
    await tree.rename(from, to);
    return reply(250, 'Renamed.');
  });
};

function isThere(tree: FileTree, path: TreePath): Promise<boolean> {
  return tree.find(path).then(
    () => true,
    () => false,
  );
}
