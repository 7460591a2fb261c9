import { type Reply, reply } from './reply.ts';
import type { ServerContext } from './session.ts';

/** Thrown where an upload brings more than the server may take. What came before stays, as on real servers. */
export class QuotaExceeded extends Error {
  override readonly name = 'QuotaExceeded';
  readonly reply: Reply = reply(552, 'Quota exceeded.');
}

/** How many bytes uploads may still bring. */
export function quotaLeft({ settings, transfers }: ServerContext): number {
  if (settings.quotaBytes === undefined) return Infinity;
  const uploads = transfers.filter(({ command }) => command === 'STOR' || command === 'APPE');
  return settings.quotaBytes - uploads.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The chunks up to the quota. Throws QuotaExceeded behind its last byte where there are more. */
export async function* withinQuota(
  chunks: AsyncIterable<Buffer>,
  quotaBytes: number,
): AsyncGenerator<Buffer> {
  let leftBytes = quotaBytes;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, leftBytes);
    leftBytes -= chunk.length;
    if (leftBytes < 0) throw new QuotaExceeded();
  }
}
