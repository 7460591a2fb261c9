import { randomBytes } from 'node:crypto';

const placeDigits = 14;

/**
 * Opaque to clients, as S3's are. Ids of one key ascend in the order in which the uploads began: so S3 lists them, and a listing
 * goes on after an upload that has ended since.
 * @param latestId the greatest id of the key's uploads under way.
 */
export function newUploadId(now: Date, latestId: string | undefined): string {
  const latest = latestId === undefined ? 0 : Number.parseInt(latestId.slice(0, placeDigits), 16);
  // Microseconds: so many uploads of one key do not begin in a second.
  const place = Math.max(now.getTime() * 1000, latest + 1);
  return place.toString(16).padStart(placeDigits, '0') + randomBytes(15).toString('base64url');
}
