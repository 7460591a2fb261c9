import { createHash } from 'node:crypto';
import type { FlowId, PartnerId, RunId } from '../contract/ids.ts';
import { type Fingerprint, fingerprintText } from '../sync/fingerprint.ts';
import type { RemotePath } from '../sync/remote-path.ts';

/** Where an object comes from. It is kept as the object's metadata, for people and for a run that finds the object again. */
export interface SourceFacts {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly path: RemotePath;
  readonly fingerprint: Fingerprint;
  readonly runId: RunId;
}

/** User metadata may have 2 KB in all (S3 user guide, 'User-defined object metadata'); a longer path is hashed. */
const longestPathText = 1024;

/** Header values are ASCII, so what the partner named is percent-encoded. */
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

/** How an object that is already at the key relates to the version that is about to be put there. */
export type Kinship = 'same-version' | 'same-file' | 'stranger';

/** How an object with this metadata stands to the file: what may be adopted, replaced, or left alone. */
export function kinship(metadata: Readonly<Record<string, string>>, facts: SourceFacts): Kinship {
  const ours = toMetadata(facts);
  const isSame = (name: string) => metadata[name] === ours[name];
  if (!['ftps-partner', 'ftps-flow', 'ftps-path'].every(isSame)) return 'stranger';
  const { modified, unique } = facts.fingerprint;
  // A size alone is no proof: another version may well have it too.
  if (modified === undefined && unique === undefined) return 'same-file';
  return isSame('ftps-fingerprint') ? 'same-version' : 'same-file';
}

function pathText(path: RemotePath): string {
  const text = encodeURIComponent(path);
  return text.length <= longestPathText ? text : `sha256:${sha256(path)}`;
}

function versionText(fingerprint: Fingerprint): string {
  const text = fingerprintText(fingerprint);
  return text.length <= 256 ? text : `sha256:${sha256(text)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
