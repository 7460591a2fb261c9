import type { FtpsServer } from './server.ts';

/** A transfer of a file's bytes, as the server saw it. */
export interface SeenRead {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Every RETR with the offset that REST gave it; with the bytes that went out, among them some that the client left unread. */
export function readsOf({
  server,
}: {
  readonly server: Pick<FtpsServer, 'log' | 'transfers'>;
}): readonly SeenRead[] {
  const offsets = new Map<number, number>();
  const begun = new Map<number, number[]>();
  for (const { session, command, argument } of server.log) {
    if (command === 'REST') offsets.set(session, Number(argument));
    if (command !== 'RETR') continue;
    begun.set(session, [...(begun.get(session) ?? []), offsets.get(session) ?? 0]);
    offsets.set(session, 0);
  }
  return server.transfers
    .filter(({ command }) => command === 'RETR')
    .map(({ session, path, bytes }) => ({ path, bytes, offset: begun.get(session)?.shift() ?? 0 }));
}
