import type { AdoptionVerdict, Decision } from './plan.ts';
import type { RemoteFile } from './remote-file.ts';
import { instantOf, type ServerZone } from './server-zone.ts';

/** What is in the bucket at a file's key. */
export interface FoundObject {
  readonly sizeBytes: number;
  /** When it was put there. */
  readonly storedAt: Date | undefined;
}

/** A file whose object, if there is one, may be taken over. */
export type Candidate = Extract<Decision, { kind: 'transfer' }>;

/**
 * Which decisions of a plan are about files that the ledger has not taken. A file that it has is what it was, and is neither
 * adopted nor cleared at the partner.
 */
export function isCandidate(decision: Decision): decision is Candidate {
  return decision.kind === 'transfer' && decision.taken === undefined;
}

/** The decision in a run that adopts, about a file that is no candidate: nothing is moved, and nothing cleared. */
export function leftAlone(decision: Decision): Decision {
  if (decision.kind !== 'transfer' && decision.kind !== 'post-process') return decision;
  const { path, sizeBytes } = decision.file;
  return { kind: 'skip', path, sizeBytes, reason: 'taken-before' };
}

/**
 * Whether the object is the file that is listed: as long, and not put there before the partner has last changed the file. More is
 * not known of an object that somebody else has brought.
 */
export function judgeAdoption(
  file: RemoteFile,
  found: FoundObject | undefined,
  zone: ServerZone,
): AdoptionVerdict {
  if (found === undefined) return 'missing';
  if (file.sizeBytes === undefined) return 'size-unknown';
  if (file.sizeBytes !== found.sizeBytes) return 'differs';
  const modified = file.modified && instantOf(file.modified, zone);
  const isNewer = modified !== undefined && found.storedAt !== undefined && modified > found.storedAt;
  return isNewer ? 'newer-at-partner' : 'adopted';
}
