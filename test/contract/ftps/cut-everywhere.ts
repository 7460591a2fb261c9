import { FtpsError } from '../../../lambdas/ftps/ftps-error.ts';
import type { Session } from '../../../lambdas/ftps/session/session.ts';
import type { EmbeddedPartner } from './servers/embedded-partner.ts';
import { openTo } from './test-partner.ts';

/** What a client believes after a cut. */
export type Belief = 'everything' | 'error' | 'a part';

/** Silence costs this much for each offset. */
const timeouts = { idleMs: 200, explanationMs: 50, finalReplyMs: 200, replyMs: 200 };
const atOnce = 32;

export interface Offsets {
  readonly totalBytes: number;
  /** Default: 1, every byte. */
  readonly step?: number;
}

/** Opens a session with short timeouts; a slow machine may need several tries. */
async function openInTime(partner: EmbeddedPartner): Promise<Session> {
  for (;;) {
    const session = await openTo(partner, { timeouts }).catch((error: unknown) => {
      if (error instanceof FtpsError && error.kind === 'timeout') return undefined;
      throw error;
    });
    if (session !== undefined) return session;
  }
}

/**
 * Cuts at every offset, many at once, each with a session that is not lost.
 * @returns what is believed after each cut, from the first byte to the last.
 */
export async function cutEverywhere<T>(
  partner: EmbeddedPartner,
  { totalBytes, step = 1 }: Offsets,
  cutAt: (session: Session, offset: number) => Promise<T>,
): Promise<readonly T[]> {
  const cuts = Math.ceil(totalBytes / step);
  const left = Array.from({ length: cuts + 1 }, (_, index) => Math.min(index * step, totalBytes));
  const beliefs: T[] = [];
  const cutUntilDone = async () => {
    let session = await openInTime(partner);
    for (let offset = left.pop(); offset !== undefined; offset = left.pop()) {
      if (session.lost) session = await openInTime(partner);
      beliefs[Math.ceil(offset / step)] = await cutAt(session, offset);
    }
    await session.close();
  };
  await Promise.all(Array.from({ length: atOnce }, cutUntilDone));
  return beliefs;
}
