import { transfer } from '../data-connection.ts';
import { entryLines, lineChunks } from '../listing-lines.ts';
import type { Reply } from '../reply.ts';
import { reply } from '../reply.ts';
import { sendData } from '../send-data.ts';
import type { Command, Session } from '../session.ts';
import { readablePath, resolvePath } from '../tree-path.ts';
import { orRefusal } from './refusal.ts';

/** MLSD (RFC 3659, 7). */
export const machineListing: Command = (session, argument) => {
  if (!session.server.settings.features.mlsd) return reply(500, 'MLSD not understood.');
  return sendListing(session, { command: 'MLSD', argument });
};

/** LIST (RFC 959, 4.1.3). Options as in `LIST -a` are understood and change nothing. */
export const list: Command = (session, argument) =>
  sendListing(session, { command: 'LIST', argument: withoutOptions(argument) });

/** The path of a LIST command, without the options of `ls` in front of it. */
export function withoutOptions(argument: string): string {
  return argument.replace(/^-\w+( |$)/, '');
}

interface ListingCommand {
  readonly command: 'MLSD' | 'LIST';
  readonly argument: string;
}

function sendListing(session: Session, { command, argument }: ListingCommand): Promise<Reply | undefined> {
  return orRefusal(async () => {
    const path = resolvePath(session.directory, argument);
    const lines = await entryLines(session, { command, path });
    const { paceBytesPerSecond } = session.server.settings;
    return transfer(session, {
      command,
      path: readablePath(path),
      move: (connection, script, logged) =>
        sendData({ connection, script, logged, paceBytesPerSecond, chunks: lineChunks(lines) }),
    });
  });
}
