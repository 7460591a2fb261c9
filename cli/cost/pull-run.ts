import { functionUsage } from './function-usage.ts';
import {
  blockBytes,
  bytesPerListedLine,
  documentBytes,
  entriesPerShard,
  entryBytes,
  readUnitBytes,
  secondsPerDirectory,
  secondsPerEntry,
  sessions,
  transitions,
  workSeconds,
} from './product-facts.ts';
import { sessionUsage } from './session-usage.ts';
import { rate, type Transfer, transferOf, transferUsage } from './transfer-usage.ts';
import { sumOf, type Usage } from './usage.ts';

/** One run of one pull flow. All files are of the same size. */
export interface PullRun extends Transfer {
  readonly listed: number;
  readonly directories: number;
  /** Of the listed files, those that are in the ledger already. */
  readonly known: number;
}

/** What the run uses, from StartRun to FinishRun. */
export function pullRunUsage(run: PullRun): Usage {
  const { route } = transferOf(run);
  return sumOf(
    startRun,
    listRemote(run),
    planRun(run),
    transferUsage(run),
    route === 'finish' ? {} : afterTransfer,
    finishRun(run),
  );
}

/** Bytes that the run leaves in the runs bucket until they expire. */
export function runDocumentBytes({ listed, moved }: PullRun): number {
  return listed * documentBytes.perEntry + moved * documentBytes.perMoved;
}

/** The lease and the run's record; whether a person has paused the flow. */
const startRun: Usage = sumOf(functionUsage('start-run', 1, 0), { 'dynamodb.write': 2, 'dynamodb.read': 1 });

function listRemote({ listed, directories }: PullRun): Usage {
  const lines = (listed * bytesPerListedLine) / rate.bytesPerSecond;
  const seconds = (directories * secondsPerDirectory + lines) / sessions;
  const calls = Math.ceil(seconds / workSeconds);
  return sumOf(
    functionUsage('list-remote', calls, seconds),
    sessionUsage({ calls, seconds, sessions: Math.min(sessions, directories) }),
    { 'stepFunctions.transition': (calls - 1) * transitions.again },
    // What is known of the server.
    { 'dynamodb.read': 1 },
    // The shards; faults, state and frontier of each call; the summary.
    { 's3.write': Math.ceil(listed / entriesPerShard) + 3 * calls + 1, 's3.read': 2 * (calls - 1) },
  );
}

/** One Query a directory; an empty answer is a read unit too. */
function planRun({ listed, directories, known }: PullRun): Usage {
  const seconds = listed * secondsPerEntry;
  const calls = Math.max(1, Math.ceil(seconds / workSeconds));
  const blocks = Math.ceil((listed * documentBytes.perEntry) / blockBytes);
  const found = Math.max(directories, (known * entryBytes) / readUnitBytes);
  return sumOf(
    functionUsage('plan-run', calls, seconds),
    { 'stepFunctions.transition': (calls - 1) * transitions.again },
    // The lease; the rate, and how many files were left, besides the entries.
    { 'dynamodb.write': calls, 'dynamodb.read': 1 + calls + found },
    // Manifest, its pieces, decisions, what is to be cleared, big files and state of each call; summary and batches.
    { 's3.write': 6 * calls + 2, 's3.read': blocks + 3 * calls },
  );
}

/** BigFiles, which looks for some, and PostProcess, which has nothing to do where `after` is `keep`. */
const afterTransfer: Usage = sumOf(
  functionUsage('big-files', 1, 0),
  functionUsage('post-process', 1, 0),
  { 'dynamodb.write': 2 },
  { 's3.write': 2 },
);

function finishRun(run: PullRun): Usage {
  return sumOf(
    functionUsage('finish-run', 1, run.moved * secondsPerEntry),
    // The report, how many files are left, when the run was, that nothing is wrong with the flow, the lease; the run before.
    { 'dynamodb.write': 5, 'dynamodb.read': 1 },
    // The report and its page; outcomes, clearings and results are listed, and the outcomes and the report before are read.
    { 's3.write': 5, 's3.read': 2 + transferOf(run).workers },
    { 'xray.trace': 1 },
  );
}
