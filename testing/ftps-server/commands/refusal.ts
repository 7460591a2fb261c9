import { type Reply, reply } from '../connection/reply.ts';
import { QuotaExceededError } from '../data/quota.ts';
import { TreeError, type TreeErrorKind } from '../tree/file-tree.ts';

const texts: Readonly<Record<TreeErrorKind, string>> = {
  missing: 'No such file or directory.',
  denied: 'Permission denied.',
  exists: 'It exists already.',
  'not-a-directory': 'Not a directory.',
  'not-a-file': 'Not a regular file.',
  'not-empty': 'Directory not empty.',
};

/**
 * The reply of `command`; 550 with the reason where the tree refuses, 552 beyond the quota (RFC 959, 5.4).
 */
export async function orRefuse(command: () => Promise<Reply | undefined>): Promise<Reply | undefined> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof TreeError) return reply(550, texts[error.kind]);
    if (error instanceof QuotaExceededError) return error.reply;
    throw error;
  }
}
