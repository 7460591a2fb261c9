import { listingBlockBytes } from '../../lambdas/contract/request-rates.ts';
import { functionUsage } from './function-usage.ts';
import {
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
import { rate, splitTransfer, type Transfer, transferUsage } from './transfer-usage.ts';
import { sumUsages, type Usage } from './usage.ts';

/** One run of one pull flow. All files have the same size. */
export interface PullRun extends Transfer {
  readonly listed: number;
  readonly directories: number;
  /** How many of the listed files are in the ledger. */
  readonly known: number;
}

/** The usage of the run, from StartRun to FinishRun. */
export function pullRunUsage(run: PullRun): Usage {
  const { route } = splitTransfer(run);
  return sumUsages(
    startRun,
    listRemote(run),
    planRun(run),
    transferUsage(run),
    route === 'finish' ? {} : afterTransfer,
    finishRun(run),
  );
}

/** Bytes of the run's documents, which stay in the runs bucket until they expire. */
export function runDocumentBytes({ listed, moved }: PullRun): number {
  return listed * documentBytes.perEntry + moved * documentBytes.perMoved;
}

/** Writes the lease and the run's record; reads whether the flow is paused. */
const startRun: Usage = sumUsages(functionUsage('start-run', 1, 0), {
  'dynamodb.write': 2,
  'dynamodb.read': 1,
});

function listRemote({ listed, directories }: PullRun): Usage {
  const lines = (listed * bytesPerListedLine) / rate.bytesPerSecond;
  const seconds = (directories * secondsPerDirectory + lines) / sessions;
  const calls = Math.ceil(seconds / workSeconds);
  return sumUsages(
    functionUsage('list-remote', calls, seconds),
    sessionUsage({ calls, seconds, sessions: Math.min(sessions, directories) }),
    { 'stepFunctions.transition': (calls - 1) * transitions.repeat },
    // The known capabilities of the server.
    { 'dynamodb.read': 1 },
    // The shards; errors, state and frontier of each call; the summary.
    { 's3.write': Math.ceil(listed / entriesPerShard) + 3 * calls + 1, 's3.read': 2 * (calls - 1) },
  );
}

/** One Query per directory; an empty result costs a read unit too. */
function planRun({ listed, directories, known }: PullRun): Usage {
  const seconds = listed * secondsPerEntry;
  const calls = Math.max(1, Math.ceil(seconds / workSeconds));
  const shards = Math.ceil(listed / entriesPerShard);
  const blocks = Math.ceil((listed * documentBytes.perEntry) / listingBlockBytes(shards));
  const found = Math.max(directories, (known * entryBytes) / readUnitBytes);
  return sumUsages(
    functionUsage('plan-run', calls, seconds),
    { 'stepFunctions.transition': (calls - 1) * transitions.repeat },
    // Writes the lease. Reads the transfer rate and the number of unfinished files, in addition to the
    // entries.
    { 'dynamodb.write': calls, 'dynamodb.read': 1 + calls + found },
    // Manifest, its pieces, decisions, files to dispose of, big files and state of each call; summary and
    // batches.
    { 's3.write': 6 * calls + 2, 's3.read': blocks + 3 * calls },
  );
}

/** BigFiles without big files, and DisposeFiles with `after: keep`. */
const afterTransfer: Usage = sumUsages(
  functionUsage('big-files', 1, 0),
  functionUsage('dispose-files', 1, 0),
  { 'dynamodb.write': 2 },
  { 's3.write': 2 },
);

function finishRun(run: PullRun): Usage {
  return sumUsages(
    functionUsage('finish-run', 1, run.moved * secondsPerEntry),
    // Writes the report, the number of unfinished files, the time of the run, the closed alert of the flow,
    // and the lease. Reads the previous run.
    { 'dynamodb.write': 5, 'dynamodb.read': 1 },
    // Writes the report and its page; lists outcomes, disposals and results. Reads the outcomes and the
    // previous report.
    { 's3.write': 5, 's3.read': 2 + splitTransfer(run).workers },
    { 'xray.trace': 1 },
  );
}
