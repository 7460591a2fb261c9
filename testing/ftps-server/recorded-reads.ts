import type { FtpsServer } from './server.ts';

/** One RETR, as the server recorded it. */
export interface RecordedRead {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Every RETR with the offset of its REST, and with the bytes sent, of which the client may not have read all.
 */
export function recordedReads({
  server,
}: {
  readonly server: Pick<FtpsServer, 'log' | 'transfers'>;
}): readonly RecordedRead[] {
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
