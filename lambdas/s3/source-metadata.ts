import { createHash } from 'node:crypto';
import type { FlowId, PartnerId, RunId } from '../contract/ids.ts';
import { type Fingerprint, fingerprintText } from '../core/listing/fingerprint.ts';
import type { RemotePath } from '../core/path/remote-path.ts';

/**
 * Where an object comes from. Stored as the object's user metadata, for people, and for a run that has to
 * tell its own objects from others.
 */
export interface SourceFacts {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly path: RemotePath;
  readonly fingerprint: Fingerprint;
  readonly runId: RunId;
}

/**
 * User metadata is limited to 2 KB in total (S3 user guide, 'User-defined object metadata'); a longer path is
 * hashed.
 */
const maxPathTextLength = 1024;

/** The user metadata of an object. Header values are ASCII, so names are percent-encoded. */
export function toMetadata(facts: SourceFacts): Record<string, string> {
  return {
    'ftps-partner': facts.partner,
    'ftps-flow': facts.flow,
    'ftps-path': pathText(facts.path),
    'ftps-modified': encodeURIComponent(facts.fingerprint.modified?.raw ?? ''),
    'ftps-fingerprint': versionText(facts.fingerprint),
    'ftps-run': facts.runId,
  };
}

/** The metadata with the modified time that the transfer verified, as the server wrote it. */
export function toVerifiedMetadata(modifiedRaw: string): Record<string, string> {
  return { [verifiedName]: encodeURIComponent(modifiedRaw) };
}

/**
 * The modified time with which the object's bytes were verified, as the server wrote it. Undefined for an
 * object without one, that is, from a server that tells the time of no single file.
 */
export function verifiedModifiedRaw(metadata: Readonly<Record<string, string>>): string | undefined {
  const text = metadata[verifiedName];
  // The digits and the dot of a time need no encoding; anything else is not from toVerifiedMetadata.
  return text !== undefined && /^[\d.]+$/.test(text) ? text : undefined;
}

const verifiedName = 'ftps-verified-modified';

/**
 * Whose an object at the key is, compared with the version that is about to be put there. `foreign`: not from
 * this file, so it must not be replaced.
 */
export type Ownership = 'same-version' | 'same-file' | 'foreign';

/** Decides by its metadata whether an object may be adopted, replaced, or must be left alone. */
export function ownership(metadata: Readonly<Record<string, string>>, facts: SourceFacts): Ownership {
  const ours = toMetadata(facts);
  const isSame = (name: string) => metadata[name] === ours[name];
  if (!['ftps-partner', 'ftps-flow', 'ftps-path'].every(isSame)) return 'foreign';
  const { modified, unique } = facts.fingerprint;
  // A size alone proves nothing: another version may have it too.
  if (modified === undefined && unique === undefined) return 'same-file';
  return isSame('ftps-fingerprint') ? 'same-version' : 'same-file';
}

function pathText(path: RemotePath): string {
  const text = encodeURIComponent(path);
  return text.length <= maxPathTextLength ? text : `sha256:${sha256(path)}`;
}

function versionText(fingerprint: Fingerprint): string {
  const text = fingerprintText(fingerprint);
  return text.length <= 256 ? text : `sha256:${sha256(text)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
