import { reply } from '../connection/reply.ts';
import type { Command } from '../connection/session.ts';
import { transfer } from '../data/data-connection.ts';
import { sendData } from '../data/send-data.ts';
import { readablePath, resolvePath } from '../tree/tree-path.ts';
import { orRefuse } from './refusal.ts';

/** RETR (RFC 959, 4.1.3), from the offset of REST. */
export const retrieve: Command = (session, argument) =>
  orRefuse(async () => {
    const path = resolvePath(session.directory, argument);
    const offset = session.server.settings.features.restartAt(session.restartAt);
    session.restartAt = 0;
    const chunks = await session.server.tree.read(path, offset);
    const { paceBytesPerSecond, features } = session.server.settings;
    return transfer(session, {
      command: 'RETR',
      path: readablePath(path),
      move: async (connection, script, logged) => {
        await sendData({ connection, chunks, script, logged, paceBytesPerSecond });
        if (features.removeWhenRead) await session.server.tree.remove(path);
      },
    });
  });

/** REST (RFC 3659, 5): a byte offset for the next RETR or STOR. */
export const restart: Command = (session, argument) => {
  if (!session.server.settings.features.restart) return reply(502, 'REST is not implemented.');
  if (!/^\d{1,15}$/.test(argument)) return reply(501, 'REST expects a number of bytes.');
  session.restartAt = Number(argument);
  return reply(350, `Restarting at ${argument}.`);
};

/** ABOR (RFC 959, 4.1.3). A running transfer ends, with 426, as soon as the command arrives. */
export const abort: Command = () => reply(226, 'No transfer in progress.');
