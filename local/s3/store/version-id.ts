import { randomBytes } from 'node:crypto';

/** The version id of an object in a bucket without versioning. */
export const nullVersion = 'null';

/**
 * Opaque to clients, as in S3. It contains the sequence, so that a listing can continue after a removed
 * version.
 */
export function newVersionId(sequence: number): string {
  return sequence.toString(16).padStart(12, '0') + randomBytes(15).toString('base64url');
}

/** The sequence in a version id; undefined when this server did not create the id. */
export function parseVersionId(versionId: string): number | undefined {
  const match = /^([\da-f]{12})[\w-]{20}$/.exec(versionId);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 16);
}
