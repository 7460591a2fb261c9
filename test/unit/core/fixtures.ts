import { toFingerprint } from '../../../lambdas/core/listing/fingerprint.ts';
import type { DirectoryListing } from '../../../lambdas/core/listing/listing.ts';
import type { ModifiedTime, RemoteFile } from '../../../lambdas/core/listing/remote-file.ts';
import { type ObjectKey, toObjectKey } from '../../../lambdas/core/path/object-key.ts';
import { parentPath, parseRemotePath } from '../../../lambdas/core/path/remote-path.ts';
import type { FileRecord, TransferredVersion } from '../../../lambdas/core/plan/file-record.ts';
import { emptyFileRecord } from '../../../lambdas/core/plan/file-record.ts';
import type { FlowRules, PlanContext } from '../../../lambdas/core/plan/plan.ts';

/** The flow of these tests pulls `/in` to `acme/in/`. */
export const mapping = { remote: parseRemotePath('/in'), prefix: 'acme/in/' };

/** The current time of these tests; files are old by default. */
export const now = new Date('2026-11-20T12:00:00Z');

/** MLSD or MDTM: to the second, in UTC. */
export function utc(wallClock: string): ModifiedTime {
  const whole = wallClock.length === 16 ? `${wallClock}:00` : wallClock;
  return { raw: whole.replace(/[-:T]/g, ''), wallClock: whole, precision: 'second', clock: 'utc' };
}

/** LIST of a file of the last half year: to the minute, in the server's local time. */
export function listed(wallClock: string): ModifiedTime {
  return { raw: `LIST ${wallClock}`, wallClock: `${wallClock}:00`, precision: 'minute', clock: 'server' };
}

/** LIST of an older file: to the day, because LIST shows a year instead of the time. */
export function listedDay(day: string): ModifiedTime {
  return { raw: `LIST ${day}`, wallClock: `${day}T00:00:00`, precision: 'day', clock: 'server' };
}

export interface FileFacts {
  readonly size?: number | undefined;
  readonly at?: ModifiedTime | undefined;
  readonly unique?: string | undefined;
}

/** A listed file, by default of 100 bytes and of the day before; `undefined` means unknown. */
export function file(path: string, facts: FileFacts = {}): RemoteFile {
  const { size: sizeBytes, at: modified, unique } = { size: 100, at: utc('2026-11-19T12:00'), ...facts };
  return { path: parseRemotePath(path), sizeBytes, modified, unique };
}

/** A complete listing of the directory of the first file. */
export function listing(...files: readonly RemoteFile[]): DirectoryListing {
  const [first] = files;
  const directory = first === undefined ? mapping.remote : parentPath(first.path);
  return { directory, files, subdirectories: [], skipped: [], refused: [], errors: [] };
}

/** The ledger's record after this file was transferred. */
export function transferred(of: RemoteFile, changes: Partial<TransferredVersion> = {}): FileRecord {
  const key = toObjectKey(mapping, of.path) ?? ('' as ObjectKey);
  const version: TransferredVersion = {
    fingerprint: toFingerprint(of),
    key,
    sizeBytes: of.sizeBytes ?? 0,
    sha256: '00'.repeat(32),
    crc32: 'qlWqVQ==',
    verifiedModified: undefined,
    isTimeFinal: false,
    doneFile: undefined,
    etag: '"etag"',
    versionId: undefined,
    isReplaced: false,
    runId: 'run-0',
    transferredAt: now,
    ...changes,
  };
  return { ...emptyFileRecord, transferred: version };
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
