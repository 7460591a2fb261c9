import type { Reply } from '../connection/reply.ts';
import { reply } from '../connection/reply.ts';
import type { Command, Session } from '../connection/session.ts';
import { transfer } from '../data/data-connection.ts';
import { sendData } from '../data/send-data.ts';
import { entryLines, lineChunks } from '../listing/listing-lines.ts';
import { readablePath, resolvePath } from '../tree/tree-path.ts';
import { orRefuse } from './refusal.ts';

/** MLSD (RFC 3659, 7). */
export const machineListing: Command = (session, argument) => {
  if (!session.server.settings.features.mlsd) return reply(500, 'MLSD not understood.');
  return sendListing(session, { command: 'MLSD', argument });
};

/** LIST (RFC 959, 4.1.3). Options as in `LIST -a` are accepted without an effect. */
export const list: Command = (session, argument) =>
  sendListing(session, {
    command: 'LIST',
    argument: withoutOptions(argument),
    hasOptions: /^-/.test(argument),
  });

/** The path of a LIST command, without the options of `ls` before it. */
export function withoutOptions(argument: string): string {
  return argument.replace(/^-\w+( |$)/, '');
}

interface ListingCommand {
  /** The argument begins with options of `ls`. */
  readonly hasOptions?: boolean;
  readonly command: 'MLSD' | 'LIST';
  readonly argument: string;
}

function sendListing(
  session: Session,
  { command, argument, hasOptions = false }: ListingCommand,
): Promise<Reply | undefined> {
  return orRefuse(async () => {
    const { paceBytesPerSecond, features } = session.server.settings;
    if (features.listsInAsciiOnly && session.type === 'image') {
      return reply(501, `${command} command invalid with TYPE binary`);
    }
    const path = resolvePath(session.directory, argument);
    const isName = hasOptions && features.listOptionIsName;
    const lines = isName ? ['total 0'] : await entryLines(session, { command, path });
    return transfer(session, {
      command,
      path: readablePath(path),
      move: (connection, script, logged) =>
        sendData({ connection, script, logged, paceBytesPerSecond, chunks: lineChunks(lines) }),
    });
  });
}
