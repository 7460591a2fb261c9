import { partSizeBytes } from '../../lambdas/s3/part-size.ts';
import { functionUsage } from './function-usage.ts';
import {
  batchSeconds,
  bigFileSeconds,
  blockBytes,
  bytesPerListedLine,
  bytesPerSecond,
  documentBytes,
  entriesPerShard,
  entryBytes,
  filesPerBatch,
  objectsPerPage,
  progressSeconds,
  readUnitBytes,
  secondsPerDirectory,
  secondsPerEntry,
  secondsPerFile,
  sessions,
  slotRenewalSeconds,
  transitions,
  workSeconds,
} from './product-facts.ts';
import { sumOf, type Usage } from './usage.ts';

/** One run of one pull flow. All files are of the same size. */
export interface PullRun {
  readonly listed: number;
  readonly directories: number;
  /** Of the listed files, those that are in the ledger already. */
  readonly known: number;
  readonly moved: number;
  readonly bytesPerFile: number;
  /** A file that was taken before is looked at in the bucket first. */
  readonly movedAre: 'new' | 'changed';
}

export type Route = 'finish' | 'small' | 'bulk' | 'slices';

/** What the run uses, from StartRun to FinishRun, and what its documents take. */
export function pullRunUsage(run: PullRun): Usage {
  const route = routeOf(run);
  return sumOf(
    startRun,
    listRemote(run),
    planRun(run),
    transfers[route](run),
    route === 'finish' ? {} : afterTransfer,
    finishRun(run, route),
  );
}

export function routeOf(run: PullRun): Route {
  if (run.moved === 0) return 'finish';
  if (secondsOfOne(run) > bigFileSeconds) return 'slices';
  return run.moved < filesPerBatch && workerSeconds(run) <= 2 * workSeconds ? 'small' : 'bulk';
}

/** Bytes that the run leaves in the runs bucket until they expire. */
export function runDocumentBytes({ listed, moved }: PullRun): number {
  return listed * documentBytes.perEntry + moved * documentBytes.perMoved;
}

/** The lease and the run's record. */
const startRun: Usage = sumOf(functionUsage('start-run', 1, 0), { 'dynamodb.write': 2 });

function listRemote({ listed, directories }: PullRun): Usage {
  const lines = (listed * bytesPerListedLine) / bytesPerSecond;
  const seconds = (directories * secondsPerDirectory + lines) / sessions;
  const calls = Math.ceil(seconds / workSeconds);
  return sumOf(
    functionUsage('list-remote', calls, seconds),
    sessionUsage(calls, seconds),
    { 'stepFunctions.transition': (calls - 1) * transitions.again },
    // The shards; faults, state and frontier of each call; the summary.
    { 's3.write': Math.ceil(listed / entriesPerShard) + 3 * calls + 1, 's3.read': 2 * (calls - 1) },
  );
}

/** One Query a directory; an empty answer is a read unit too. */
function planRun({ listed, directories, known }: PullRun): Usage {
  const seconds = listed * secondsPerEntry;
  const calls = Math.max(1, Math.ceil(seconds / workSeconds));
  const blocks = Math.ceil((listed * documentBytes.perEntry) / blockBytes);
  return sumOf(
    functionUsage('plan-run', calls, seconds),
    { 'stepFunctions.transition': (calls - 1) * transitions.again },
    {
      'dynamodb.write': calls,
      'dynamodb.read': 1 + Math.max(directories, (known * entryBytes) / readUnitBytes),
    },
    // Manifest, decisions, what is to be cleared, big files and state of each call; summary and batches.
    { 's3.write': 5 * calls + 2, 's3.read': blocks + 2 * calls },
  );
}

const transfers: Readonly<Record<Route, (run: PullRun) => Usage>> = {
  finish: () => ({ 'stepFunctions.transition': transitions.nothingToMove }),
  small: (run) => {
    const calls = Math.ceil(workerSeconds(run) / workSeconds);
    const counted = transitions.small + (calls - 1) * transitions.again;
    return sumOf(batchWork(run, calls), { 'stepFunctions.transition': counted });
  },
  bulk: (run) => {
    const batches = Math.ceil(Math.max(workerSeconds(run) / batchSeconds, run.moved / filesPerBatch));
    const counted = transitions.bulk + batches * transitions.child;
    return sumOf(batchWork(run, batches), { 'stepFunctions.transition': counted });
  },
  slices: (run) => {
    const seconds = run.moved * secondsOfOne(run);
    const slices = run.moved * Math.ceil(secondsOfOne(run) / batchSeconds);
    const parts = Math.ceil(run.bytesPerFile / partSizeBytes(run.bytesPerFile));
    const counted = transitions.bulk + transitions.sliceRound + slices * transitions.child;
    return sumOf(
      functionUsage('transfer-slice', slices, seconds),
      // BigFiles a second time, which completes.
      functionUsage('big-files', 1, 0),
      sessionUsage(slices, seconds, 1),
      { 'stepFunctions.transition': counted },
      // An entry, and the upload's, made and taken away.
      { 'dynamodb.write': 3 * run.moved, 'dynamodb.read': 2 * run.moved },
      // Begin, look for open ones, parts, the list of parts for each slice and at the end, complete.
      {
        's3.write': run.moved * (3 + parts + Math.ceil(parts / objectsPerPage)) + slices,
        's3.read': 2 * run.moved,
      },
    );
  },
};

function batchWork(run: PullRun, calls: number): Usage {
  const { moved, bytesPerFile, movedAre } = run;
  const partBytes = partSizeBytes(bytesPerFile);
  // Begin, look for open ones, and complete, besides the parts.
  const puts = bytesPerFile <= partBytes ? 1 : 3 + Math.ceil(bytesPerFile / partBytes);
  return sumOf(
    functionUsage('transfer-batch', calls, workerSeconds(run)),
    sessionUsage(calls, workerSeconds(run)),
    // The one conditional write that records a file; the measured rate of each call.
    { 'dynamodb.write': moved + calls },
    {
      's3.write': moved * puts + calls,
      's3.read': 3 * calls + (looksFirst(movedAre, bytesPerFile) ? moved : 0),
    },
  );
}

/** A small file that was never taken is put without a look (lambdas/pull/transfer-file.ts). */
function looksFirst(movedAre: PullRun['movedAre'], bytesPerFile: number): boolean {
  return movedAre === 'changed' || bytesPerFile > 1024 ** 2;
}

/** BigFiles, which looks for some, and PostProcess, which has nothing to do where `after` is `keep`. */
const afterTransfer: Usage = sumOf(
  functionUsage('big-files', 1, 0),
  functionUsage('post-process', 1, 0),
  { 'dynamodb.write': 2 },
  { 's3.write': 3 },
);

function finishRun({ moved }: PullRun, route: Route): Usage {
  const outcomes = route === 'finish' ? 0 : Math.ceil(moved / filesPerBatch);
  return sumOf(
    functionUsage('finish-run', 1, moved * secondsPerEntry),
    // The report, how many files are left, the lease.
    { 'dynamodb.write': 3 },
    // The report; outcomes, clearings and results are listed.
    { 's3.write': 4, 's3.read': 1 + outcomes },
    { 'xray.trace': 1 },
  );
}

/** What invocations with sessions write beside their work: lease, progress, slots. Each reads the secret. */
function sessionUsage(calls: number, seconds: number, sessionsEach: number = sessions): Usage {
  const slots = sessionsEach * (2 * calls + seconds / slotRenewalSeconds);
  return { 'secrets.call': calls, 'dynamodb.write': calls * 3 + seconds / progressSeconds + slots };
}

function secondsOfOne({ bytesPerFile }: PullRun): number {
  return secondsPerFile + bytesPerFile / bytesPerSecond;
}

function workerSeconds(run: PullRun): number {
  return (run.moved * secondsOfOne(run)) / sessions;
}
