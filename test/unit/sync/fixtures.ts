import type { FileRecord, TakenVersion } from '../../../lambdas/sync/file-record.ts';
import { unknownFile } from '../../../lambdas/sync/file-record.ts';
import { fingerprintOf } from '../../../lambdas/sync/fingerprint.ts';
import type { DirectoryListing } from '../../../lambdas/sync/listing.ts';
import { type ObjectKey, objectKeyOf } from '../../../lambdas/sync/object-key.ts';
import type { FlowRules, PlanContext } from '../../../lambdas/sync/plan.ts';
import type { ModifiedTime, RemoteFile } from '../../../lambdas/sync/remote-file.ts';
import { parentPath, parseRemotePath } from '../../../lambdas/sync/remote-path.ts';

/** The flow of these tests pulls `/in` to `acme/in/`. */
export const mapping = { remote: parseRemotePath('/in'), prefix: 'acme/in/' };

/** When these tests look; files are old unless they say otherwise. */
export const now = new Date('2026-11-20T12:00:00Z');

/** MLSD or MDTM: to the second, in UTC. */
export function utc(wallClock: string): ModifiedTime {
  const whole = wallClock.length === 16 ? `${wallClock}:00` : wallClock;
  return { raw: whole.replace(/[-:T]/g, ''), wallClock: whole, precision: 'second', clock: 'utc' };
}

/** LIST of a file of the last half year: to the minute, on the server's own clock. */
export function listed(wallClock: string): ModifiedTime {
  return { raw: `LIST ${wallClock}`, wallClock: `${wallClock}:00`, precision: 'minute', clock: 'server' };
}

/** LIST of an older file, which has a year in the place of the hour. */
export function listedDay(day: string): ModifiedTime {
  return { raw: `LIST ${day}`, wallClock: `${day}T00:00:00`, precision: 'day', clock: 'server' };
}

export interface FileFacts {
  readonly size?: number | undefined;
  readonly at?: ModifiedTime | undefined;
  readonly unique?: string | undefined;
}

/** A file of a listing: 100 bytes of the day before, unless said otherwise; `undefined` stays unknown. */
export function file(path: string, facts: FileFacts = {}): RemoteFile {
  const { size: sizeBytes, at: modified, unique } = { size: 100, at: utc('2026-11-19T12:00'), ...facts };
  return { path: parseRemotePath(path), sizeBytes, modified, unique };
}

/** A directory that was read whole: that of the first file. */
export function listing(...files: readonly RemoteFile[]): DirectoryListing {
  const [first] = files;
  const directory = first === undefined ? mapping.remote : parentPath(first.path);
  return { directory, files, subdirectories: [], skipped: [], refused: [], faults: [] };
}

/** What the ledger has after this file was taken. */
export function taken(of: RemoteFile, changes: Partial<TakenVersion> = {}): FileRecord {
  const key = objectKeyOf(mapping, of.path) ?? ('' as ObjectKey);
  const version: TakenVersion = {
    fingerprint: fingerprintOf(of),
    key,
    sizeBytes: of.sizeBytes ?? 0,
    sha256: '00'.repeat(32),
    crc32: 'qlWqVQ==',
    verifiedModified: undefined,
    etag: '"etag"',
    versionId: undefined,
    isReplaced: false,
    runId: 'run-0',
    takenAt: now,
    ...changes,
  };
  return { ...unknownFile, taken: version };
}

const plainRules: FlowRules = {
  mapping,
  select: () => 'selected',
  settled: { minAgeMs: 0, unchangedListings: 1, doneFile: undefined },
  onChange: 'new-version',
  after: 'keep',
};

export function context(rules: Partial<FlowRules> = {}): PlanContext {
  return { rules: { ...plainRules, ...rules }, now, zone: { kind: 'iana', name: 'UTC' }, runId: 'run-1' };
}
