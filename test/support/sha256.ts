import { createHash } from 'node:crypto';

/** Lower-case hex, as reports and objects have it. */
export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
