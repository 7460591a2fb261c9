import { type Reply, reply } from '../connection/reply.ts';
import type { ServerContext } from '../connection/session.ts';

/** Thrown where an upload exceeds the quota. The bytes before it stay, as on real servers. */
export class QuotaExceededError extends Error {
  override readonly name = 'QuotaExceededError';
  readonly reply: Reply = reply(552, 'Quota exceeded.');
}

/** How many bytes uploads may still send. */
export function remainingQuota({ settings, transfers }: ServerContext): number {
  if (settings.quotaBytes === undefined) return Infinity;
  const uploads = transfers.filter(({ command }) => command === 'STOR' || command === 'APPE');
  return settings.quotaBytes - uploads.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The chunks up to the quota. @throws QuotaExceededError after its last byte where there are more. */
export async function* withinQuota(
  chunks: AsyncIterable<Buffer>,
  quotaBytes: number,
): AsyncGenerator<Buffer> {
  let leftBytes = quotaBytes;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, leftBytes);
    leftBytes -= chunk.length;
    if (leftBytes < 0) throw new QuotaExceededError();
  }
}
