import { lookAt, type Sighting } from '../ftps/look-at.ts';
import { dropCapabilities } from '../ledger/capabilities.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import { listParts } from '../s3/list-parts.ts';
import type { StoredPart } from '../s3/upload-requests.ts';
import type { FileFault } from '../sync/outcome.ts';
import { cutSlices, missingParts, type PartRange, partCount } from '../sync/slice.ts';
import { beginBigFile, endUpload } from './begin-big-file.ts';
import type { BigFileEnd, BigFileScene } from './big-file-scene.ts';
import type { FileUpload, OpenBigFile } from './big-file-state.ts';
import { compareWithServer, completeBigFile } from './complete-big-file.ts';
import { flowRules } from './flow-rules.ts';
import { type SliceProblem, sliceProblemOf } from './slice-problems.ts';
import { failFile } from './try-file.ts';

/** Rounds in a row that may bring nothing. */
const mostStalls = 3;

/**
 * Sees how far a big file is, by its parts, and what is to be done next: it is begun, its missing parts are cut into slices, it is
 * completed, or it has failed. Called again at any point, it comes to the same.
 * @throws FtpsError, StorageError, ObjectNotOursError, FencedError
 */
export async function judgeBigFile(file: OpenBigFile, scene: BigFileScene): Promise<BigFileEnd> {
  const { action, upload } = file;
  if (upload === undefined) return begin(file, scene);
  const { key } = action;
  const parts = await listParts({ bucket: scene.inbox, key, uploadId: upload.uploadId });
  // Completed by a try whose end nobody recorded, or removed from outside.
  if (parts === undefined) return stalled({ ...file, upload: undefined }, {}, scene);
  const missing = missingParts(upload, parts);
  const problem = await sliceProblemOf(scene.runs, scene.owner.run, upload.uploadId);
  const compared =
    missing.length === 0 && problem?.fault !== 'wrong-size'
      ? await compareWithServer(action, { parts, sizeBytes: upload.sizeBytes }, scene)
      : 'not-told';
  const found = await scene.pool.use((session) => lookAt(session, action.file.path));
  if (found === undefined || !isOfUpload(found, upload)) return changed({ ...file, upload }, found, scene);
  if (problem?.fault === 'wrong-size') return beginAnew(file, problem.message, scene);
  if (missing.length > 0) return goOn({ ...file, upload }, { parts, missing, problem }, scene);
  if (typeof compared === 'object') {
    const { serverHex, ourHex } = compared;
    const answer = `What arrived has the CRC-32 ${ourHex}, and the server computes ${serverHex}.`;
    return beginAnew(file, answer, scene);
  }
  const youth = tooYoung(file, scene);
  if (youth !== undefined) return keepAndFail(file, { fault: 'changed', message: youth }, scene);
  const bySize = upload.modifiedRaw === undefined ? 'size' : 'size+mtime';
  const verification = compared === 'equal' ? 'crc32' : bySize;
  const outcome = await completeBigFile(file, { upload, parts, found, verification }, scene);
  return { kind: 'ended', outcome };
}

interface Failing {
  readonly fault: FileFault;
  readonly message: string;
  readonly dialogue?: readonly string[] | undefined;
}

/** Records the failure. The parts stay for the next run, unless nothing can come of them. */
export async function fail(file: OpenBigFile, problem: Failing, scene: BigFileScene): Promise<BigFileEnd> {
  if (worthless.has(problem.fault)) await endUpload(file.action, scene);
  return keepAndFail(file, problem, scene);
}

async function keepAndFail(
  { action }: OpenBigFile,
  problem: Failing,
  scene: BigFileScene,
): Promise<BigFileEnd> {
  return { kind: 'ended', outcome: await failFile(action, problem, scene.owner, scene) };
}

/** The time was up before it was known how far the file is. */
export async function cutOff(file: OpenBigFile, scene: BigFileScene): Promise<BigFileEnd> {
  const stalls = file.stalls + 1;
  if (stalls >= mostStalls) return fail(file, nothingCame, scene);
  return { kind: 'open', file: { ...file, stalls, hasSlices: false }, slices: [] };
}

const worthless: ReadonlySet<FileFault> = new Set(['gone', 'changed', 'wrong-size', 'object-not-ours']);

async function begin(file: OpenBigFile, scene: BigFileScene): Promise<BigFileEnd> {
  const begun = await beginBigFile(file.action, scene);
  if (begun.kind === 'ended') return begun;
  const { upload } = begun;
  const { bucket, key } = { bucket: scene.inbox, key: file.action.key };
  const parts = (await listParts({ bucket, key, uploadId: upload.uploadId })) ?? [];
  const missing = missingParts(upload, parts);
  // An earlier run has fetched all of it, and was stopped before it could complete it.
  if (missing.length === 0) return judgeBigFile({ ...file, upload }, scene);
  return open({ ...file, upload }, missing, scene);
}

interface Fetched {
  readonly parts: readonly StoredPart[];
  readonly missing: readonly PartRange[];
  readonly problem: SliceProblem | undefined;
}

async function goOn(
  file: OpenBigFile & { readonly upload: FileUpload },
  { missing, problem }: Fetched,
  scene: BigFileScene,
): Promise<BigFileEnd> {
  if (problem?.again === false) {
    // What is read from its start has no use for parts.
    if (file.upload.reading === 'from-start') await endUpload(file.action, scene);
    return fail(file, problem, scene);
  }
  if (!file.hasSlices) return open(file, missing, scene);
  if (partsThere(file.upload, missing) <= file.partsThere) return stalled(file, { problem, missing }, scene);
  return open({ ...file, stalls: 0 }, missing, scene);
}

async function stalled(
  file: OpenBigFile,
  {
    problem,
    missing,
  }: { readonly problem?: SliceProblem | undefined; readonly missing?: readonly PartRange[] },
  scene: BigFileScene,
): Promise<BigFileEnd> {
  const stalls = file.stalls + 1;
  if (stalls >= mostStalls) return fail(file, problem ?? nothingCame, scene);
  const { upload } = file;
  if (upload === undefined || missing === undefined) return begin({ ...file, stalls }, scene);
  return open({ ...file, upload, stalls }, missing, scene);
}

const nothingCame = {
  fault: 'out-of-time',
  message: `No part of it arrived in ${mostStalls} rounds; what came before is kept, and the next run goes on from there.`,
} as const;

function open(
  file: OpenBigFile & { readonly upload: FileUpload },
  missing: readonly PartRange[],
  { partner, rate, deadline }: BigFileScene,
): BigFileEnd {
  const { upload, action } = file;
  const ranges =
    upload.reading === 'from-start'
      ? [{ firstPart: 1, lastPart: partCount(upload) }]
      : cutSlices(upload, missing, {
          bytesPerSecond: rate.bytesPerSecond,
          invocationSeconds: deadline.totalMs / 1000,
          sessions: partner.connection.maxConnections,
        });
  const slices = ranges.map((range) => ({ path: action.file.path, key: action.key, ...upload, ...range }));
  const state = { ...file, partsThere: partsThere(upload, missing), hasSlices: true };
  return { kind: 'open', file: state, slices };
}

function partsThere(upload: FileUpload, missing: readonly PartRange[]): number {
  const absent = missing.reduce((sum, { firstPart, lastPart }) => sum + lastPart - firstPart + 1, 0);
  return partCount(upload) - absent;
}

function isOfUpload({ sizeBytes, modified }: Sighting, upload: FileUpload): boolean {
  return (sizeBytes ?? upload.sizeBytes) === upload.sizeBytes && modified?.raw === upload.modifiedRaw;
}

/** The partner has another version: it is begun anew once, where nothing but its age tells that it is settled. */
async function changed(
  file: OpenBigFile & { readonly upload: FileUpload },
  found: Sighting | undefined,
  scene: BigFileScene,
): Promise<BigFileEnd> {
  if (found === undefined) {
    return fail(file, { fault: 'gone', message: 'It was taken away while it was fetched.' }, scene);
  }
  const { upload } = file;
  const what = `While it was fetched it changed: from ${upload.sizeBytes} to ${found.sizeBytes ?? 'unknown'} bytes, and from ${upload.modifiedRaw ?? 'no time'} to ${found.modified?.raw ?? 'no time'}.`;
  const { settled } = rulesOf(scene);
  const needsMore = settled.doneFile !== undefined || settled.unchangedListings > 1;
  if (file.anew !== undefined || needsMore || found.sizeBytes === 0)
    return fail(file, { fault: 'changed', message: `${what} The next run takes the new version.` }, scene);
  const { action } = file;
  const { sizeBytes = action.file.sizeBytes, modified } = found;
  const version = { ...action.file, sizeBytes, modified, unique: undefined };
  return restart({ ...file, action: { ...action, file: version } }, `${what} It was begun anew.`, scene);
}

/** What arrived is not what the partner has: nothing of it is used, and REST has to prove itself again. */
async function beginAnew(file: OpenBigFile, why: string, scene: BigFileScene): Promise<BigFileEnd> {
  await dropCapabilities(scene.table, scene.owner.run.partner);
  if (file.anew !== undefined) return fail(file, { fault: 'wrong-size', message: why }, scene);
  return restart(file, `${why} It was begun anew.`, scene);
}

async function restart(file: OpenBigFile, why: string, scene: BigFileScene): Promise<BigFileEnd> {
  await endUpload(file.action, scene);
  const anew = { at: scene.now().toISOString(), why };
  return begin({ ...file, upload: undefined, partsThere: 0, stalls: 0, anew }, scene);
}

/** A version that came within this run must have stood still for as long as the flow wants, seen by us. */
function tooYoung({ anew }: OpenBigFile, scene: BigFileScene): string | undefined {
  if (anew === undefined) return undefined;
  const ageMs = scene.now().getTime() - Date.parse(anew.at);
  if (ageMs >= rulesOf(scene).settled.minAgeMs) return undefined;
  return `${anew.why} It has not stood still for as long as settled.minAge asks for: the next run takes it.`;
}

function rulesOf({ partner, owner }: BigFileScene) {
  return flowRules(pullFlowOf(partner, owner.run.flow));
}
