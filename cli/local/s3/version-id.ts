import { randomBytes } from 'node:crypto';

/** The version id of an object in a bucket that is not versioned. */
export const nullVersion = 'null';

/** Opaque to clients, as S3's are; it tells the server its place, so that a listing goes on after a version since removed. */
export function newVersionId(sequence: number): string {
  return sequence.toString(16).padStart(12, '0') + randomBytes(15).toString('base64url');
}

/** The place of the version in the order of all versions, or undefined where the id is none of this server's. */
export function sequenceOfVersionId(versionId: string): number | undefined {
  const match = /^([\da-f]{12})[\w-]{20}$/.exec(versionId);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 16);
}
