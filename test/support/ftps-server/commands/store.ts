import { transfer } from '../data-connection.ts';
import { QuotaExceeded, quotaLeft, withinQuota } from '../quota.ts';
import { receiveData } from '../receive-data.ts';
import { type Reply, reply } from '../reply.ts';
import type { Command, Session } from '../session.ts';
import { readablePath, resolvePath } from '../tree-path.ts';
import { orRefusal } from './refusal.ts';

/** STOR (RFC 959, 4.1.3), from the offset that REST said. What came before an upload was cut stays, as on real servers. */
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
  return orRefusal(async () => {
    const path = resolvePath(session.directory, argument);
    const { tree, settings } = session.server;
    await tree.checkWritable(path);
    const leftBytes = quotaLeft(session.server);
    if (leftBytes <= 0) throw new QuotaExceeded();
    return transfer(session, {
      command,
      path: readablePath(path),
      move: (connection, script, logged) => {
        const { paceBytesPerSecond } = settings;
        const chunks = receiveData({ connection, script, logged, paceBytesPerSecond });
        return tree.write(path, { offset, chunks: withinQuota(chunks, leftBytes) });
      },
    });
  });
}
