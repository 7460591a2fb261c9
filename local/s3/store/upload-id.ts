import { randomBytes } from 'node:crypto';

const orderDigits = 14;

/**
 * Opaque to clients, as in S3. The ids of a key ascend in the order in which its uploads started: S3 lists
 * them in this order, and a listing can continue after an upload that has ended.
 * @param latestId the greatest id of the key's uploads in progress.
 */
export function newUploadId(now: Date, latestId: string | undefined): string {
  const latest = latestId === undefined ? 0 : Number.parseInt(latestId.slice(0, orderDigits), 16);
  // Microseconds: one key never has that many new uploads in a second.
  const order = Math.max(now.getTime() * 1000, latest + 1);
  return order.toString(16).padStart(orderDigits, '0') + randomBytes(15).toString('base64url');
}
