import type { RemoteFile } from '../listing/remote-file.ts';
import { modifiedInstant, type ServerZone } from '../listing/server-zone.ts';
import type { AdoptionVerdict, Decision } from './plan.ts';

/** The object at a file's key. */
export interface FoundObject {
  readonly sizeBytes: number;
  /** Its last modified time in S3. */
  readonly storedAt: Date | undefined;
}

/** A transfer of a file that is not in the ledger. */
export type AdoptionCandidate = Extract<Decision, { kind: 'transfer' }>;

/**
 * Whether the decision is about a file that the ledger has no transferred version of. Other files are neither
 * adopted nor disposed of.
 */
export function isAdoptionCandidate(decision: Decision): decision is AdoptionCandidate {
  return decision.kind === 'transfer' && decision.transferred === undefined;
}

/** The decision about any other file in an adoption run, which transfers nothing and disposes of nothing. */
export function skipDuringAdoption(decision: Decision): Decision {
  if (decision.kind !== 'transfer' && decision.kind !== 'dispose') return decision;
  const { path, sizeBytes } = decision.file;
  return { kind: 'skip', path, sizeBytes, reason: 'already-recorded' };
}

/**
 * Whether the object can be the listed file: it has the same size, and is not older than the file's last
 * modification. No more is known about an object that ftps-sync did not write.
 */
export function evaluateAdoption(
  file: RemoteFile,
  found: FoundObject | undefined,
  zone: ServerZone,
): AdoptionVerdict {
  if (found === undefined) return 'no-object';
  if (file.sizeBytes === undefined) return 'size-unknown';
  if (file.sizeBytes !== found.sizeBytes) return 'size-differs';
  const modified = modifiedInstant(file, zone);
  const isNewer = modified !== undefined && found.storedAt !== undefined && modified > found.storedAt;
  return isNewer ? 'newer-at-partner' : 'adopted';
}
