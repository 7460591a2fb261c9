import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import type { StoredObject } from '../../s3/head-object.ts';
import { ownership, type SourceFacts } from '../../s3/source-metadata.ts';

/** The object at the key belongs to someone else; it is not overwritten. No retry helps. */
export class ForeignObjectError extends Error {
  override readonly name = 'ForeignObjectError';

  constructor(key: string) {
    super(
      `The object at ${key} was not written by ftps-sync for this file, so it was not overwritten. Move the object away, or set another prefix for the flow.`,
    );
  }
}

/**
 * Decides about the object at a file's key: `interrupted`: a run published this version and was stopped
 * before it recorded it; `outdated`: the transfer replaces it. An object that the ledger has recorded for the
 * file is ours whatever its metadata say: it may have been adopted.
 * @throws ForeignObjectError
 */
export function objectOwnership(
  object: StoredObject,
  { key, reason, transferredBefore }: TransferAction,
  facts: SourceFacts,
): 'interrupted' | 'outdated' {
  const isRecorded = transferredBefore?.key === key && object.etag === transferredBefore.etag;
  const owner = ownership(object.metadata, facts);
  if (owner === 'foreign' && !isRecorded) throw new ForeignObjectError(key);
  if (owner !== 'same-version') return 'outdated';
  // The same bytes have the same ETag, so a replay recognizes its own object by the run.
  const isOwn = reason === 'replay' ? object.metadata['ftps-run'] === facts.runId : !isRecorded;
  return isOwn ? 'interrupted' : 'outdated';
}
