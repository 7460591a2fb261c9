import { transfer } from '../data-connection.ts';
import { reply } from '../reply.ts';
import { sendData } from '../send-data.ts';
import type { Command } from '../session.ts';
import { readablePath, resolvePath } from '../tree-path.ts';
import { orRefusal } from './refusal.ts';

/** RETR (RFC 959, 4.1.3), from the offset that REST said. */
export const retrieve: Command = (session, argument) =>
  orRefusal(async () => {
    const path = resolvePath(session.directory, argument);
    const offset = session.server.settings.features.restartAt(session.restartAt);
    session.restartAt = 0;
    const chunks = await session.server.tree.read(path, offset);
    const { paceBytesPerSecond } = session.server.settings;
    return transfer(session, {
      command: 'RETR',
      path: readablePath(path),
      move: (connection, script, logged) =>
        sendData({ connection, chunks, script, logged, paceBytesPerSecond }),
    });
  });

/** REST (RFC 3659, 5): a byte offset for the next RETR or STOR. */
export const restart: Command = (session, argument) => {
  if (!session.server.settings.features.restart) return reply(502, 'REST is not implemented.');
  if (!/^\d{1,15}$/.test(argument)) return reply(501, 'REST takes a number of bytes.');
  session.restartAt = Number(argument);
  return reply(350, `Restarting at ${argument}.`);
};

/** ABOR (RFC 959, 4.1.3). The running transfer was ended, and answered with 426, when the command came in. */
export const abort: Command = () => reply(226, 'Nothing is being transferred.');
