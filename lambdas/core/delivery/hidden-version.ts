/** A version of an object that is no delete marker. */
export interface StoredVersion {
  readonly versionId: string;
  readonly etag: string;
  readonly modifiedAt: Date | undefined;
  readonly sizeBytes: number;
}

/** What a bucket has of one key. */
export interface KeyVersions {
  /** Newest first, without delete markers. */
  readonly versions: readonly StoredVersion[];
  /** `deleted`: a delete marker is newer than all versions. */
  readonly state: 'current' | 'deleted';
}

/**
 * The version that the delete marker of a delivered one hides, although it was never delivered; undefined if
 * there is none. S3 can delete a key on the condition of an ETag, and not of a version, so a version with the
 * same bytes that is put right before the deletion is deleted instead of the delivered one.
 * @param disposed the delivered version that was to be deleted.
 */
export function hiddenVersion(
  { versions, state }: KeyVersions,
  disposed: Pick<StoredVersion, 'versionId' | 'etag'>,
): StoredVersion | undefined {
  const [newest] = versions;
  if (state === 'current' || newest === undefined || newest.versionId === disposed.versionId)
    return undefined;
  const isKnown = versions.some(({ versionId }) => versionId === disposed.versionId);
  return isKnown && newest.etag === disposed.etag ? newest : undefined;
}
