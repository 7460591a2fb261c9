import { QuotaExceeded } from '../quota.ts';
import { type Reply, reply } from '../reply.ts';
import { TreeError, type TreeFault } from '../tree.ts';

const texts: Readonly<Record<TreeFault, string>> = {
  missing: 'No such file or directory.',
  denied: 'Permission denied.',
  exists: 'It exists already.',
  'not-a-directory': 'Not a directory.',
  'not-a-file': 'Not a regular file.',
  'not-empty': 'Directory not empty.',
};

/** The reply of `command`, or the refusal: 550 with the reason where the tree refuses, 552 beyond the quota (RFC 959, 5.4). */
export async function orRefusal(command: () => Promise<Reply | undefined>): Promise<Reply | undefined> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof TreeError) return reply(550, texts[error.fault]);
    if (error instanceof QuotaExceeded) return error.reply;
    throw error;
  }
}
