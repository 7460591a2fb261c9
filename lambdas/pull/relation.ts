import type { TransferAction } from '../contract/plan-documents.ts';
import type { StoredObject } from '../s3/look-at-object.ts';
import { kinship, type SourceFacts } from '../s3/source-facts.ts';
import { ObjectNotOursError } from './object-not-ours.ts';

/**
 * What the object at a file's key means for its transfer. `interrupted`: a run published this version and did not come to record
 * it. `other`: it is to be replaced. What the ledger has recorded at the key is ours whatever its metadata say: it may have been
 * adopted. @throws ObjectNotOursError
 */
export function relationOf(
  there: StoredObject,
  { key, reason, takenBefore }: TransferAction,
  facts: SourceFacts,
): 'interrupted' | 'other' {
  const isRecorded = takenBefore?.key === key && there.etag === takenBefore.etag;
  const kin = kinship(there.metadata, facts);
  if (kin === 'stranger' && !isRecorded) throw new ObjectNotOursError(key);
  if (kin !== 'same-version') return 'other';
  // The same bytes have the same ETag, so that a replay's own object is told by its run.
  const isOwn = reason === 'replay' ? there.metadata['ftps-run'] === facts.runId : !isRecorded;
  return isOwn ? 'interrupted' : 'other';
}
