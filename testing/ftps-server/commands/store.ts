import { type Reply, reply } from '../connection/reply.ts';
import type { Command, Session } from '../connection/session.ts';
import { transfer } from '../data/data-connection.ts';
import { QuotaExceededError, remainingQuota, withinQuota } from '../data/quota.ts';
import { receiveData } from '../data/receive-data.ts';
import { readablePath, resolvePath } from '../tree/tree-path.ts';
import { orRefuse } from './refusal.ts';

/**
 * STOR (RFC 959, 4.1.3), from the offset of REST. The bytes of an interrupted upload stay, as on real
 * servers.
 */
export const store: Command = (session, argument) => {
  const offset = session.restartAt;
  session.restartAt = 0;
  const { storeRestart } = session.server.settings.features;
  if (offset > 0 && storeRestart === 'refused') return notPermitted();
  return receiveFile(session, {
    command: 'STOR',
    argument,
    offset: storeRestart === 'ignored' ? 0 : offset,
  });
};

/** APPE (RFC 959, 4.1.3). */
export const append: Command = (session, argument) => {
  if (session.server.settings.features.storeRestart === 'refused') return notPermitted();
  return receiveFile(session, { command: 'APPE', argument, offset: 'end' });
};

function notPermitted(): Reply {
  return reply(451, 'Append/Restart not permitted, try again.');
}

interface StoreCommand {
  readonly command: 'STOR' | 'APPE';
  readonly argument: string;
  readonly offset: number | 'end';
}

function receiveFile(
  session: Session,
  { command, argument, offset }: StoreCommand,
): Promise<Reply | undefined> {
  return orRefuse(async () => {
    const path = resolvePath(session.directory, argument);
    const { tree, settings } = session.server;
    await tree.checkWritable(path);
    const remainingBytes = remainingQuota(session.server);
    if (remainingBytes <= 0) throw new QuotaExceededError();
    return transfer(session, {
      command,
      path: readablePath(path),
      move: (connection, script, logged) => {
        const { paceBytesPerSecond } = settings;
        const chunks = receiveData({ connection, script, logged, paceBytesPerSecond });
        return tree.write(path, { offset, chunks: withinQuota(chunks, remainingBytes) });
      },
    });
  });
}
