import {
  alarms,
  dashboards,
  documentDays,
  entryBytes,
  functions,
  hoursPerMonth,
  logBytesPerInvocation,
  metricsPerPartner,
  monitorReads,
  monitorRunsPerHour,
  monitorSecondsPerPartner,
  pollsPerHour,
  storedOverheadBytes,
} from './product-facts.ts';
import { type PullRun, pullRunUsage, runDocumentBytes } from './pull-run.ts';
import { deliveryUsage, reconcileUsage } from './push-usage.ts';
import { gigabytes, sumUsages, times, type Usage } from './usage.ts';
import { allFlows, bytesPerMonth, meanBytes, movedPerMonth, type Workload } from './workload.ts';

/** The usage of all flows in a month after the first load. */
export function monthUsage(workload: Workload): Usage {
  const work = workload.direction === 'pull' ? pulls(workload) : pushes(workload);
  return sumUsages(standingUsage(workload), work, storage(workload), staticAddress(workload));
}

/** The usage of the first run of all flows, which transfers everything. */
export function firstLoadUsage(workload: Workload): Usage {
  const { direction, files, directories } = workload;
  const bytesPerFile = meanBytes(workload);
  const one =
    direction === 'pull'
      ? pullRunUsage({ listed: files, directories, known: 0, moved: files, bytesPerFile, movedAre: 'new' })
      : times(deliveryUsage(bytesPerFile), files);
  return times(one, allFlows(workload));
}

/** A run of such a month. The tree does not grow: as many files are removed as are new. */
export function typicalRun(workload: Workload): PullRun {
  const { files, directories, moved } = workload;
  return {
    listed: files,
    directories,
    known: moved.are === 'new' ? Math.max(0, files - moved.files) : files,
    moved: moved.files,
    bytesPerFile: meanBytes(workload),
    movedAre: moved.are,
  };
}

/** The usage of a deployed stage without a single run. */
export function standingUsage({ partners }: Pick<Workload, 'partners'>): Usage {
  const polls = pollsPerHour * hoursPerMonth;
  return sumUsages(times(monitorUsage(partners), monitorRunsPerHour * hoursPerMonth), {
    'cloudwatch.alarm': alarms,
    'cloudwatch.dashboard': dashboards,
    'cloudwatch.metric': metricsPerPartner * partners,
    'sqs.standard': polls,
    'sqs.fifo': polls,
    'secrets.secret': partners,
    'parameters.standard': partners,
  });
}

/** One call of the monitor, with one flow per partner. */
function monitorUsage(partners: number): Usage {
  const { megabytes, overheadSeconds } = functions.monitor;
  const seconds = overheadSeconds + partners * monitorSecondsPerPartner;
  return {
    'lambda.request': 1,
    'lambda.gigabyteSecond': (seconds * megabytes) / 1024,
    'dynamodb.read': monitorReads.stage + partners * (monitorReads.partner + monitorReads.flow),
    'scheduler.invocation': 1,
    'logs.ingested': gigabytes(logBytesPerInvocation),
  };
}

function pulls(workload: Workload): Usage {
  const runs = allFlows(workload) * workload.runsPerMonth;
  return sumUsages(times(pullRunUsage(typicalRun(workload)), runs), { 'scheduler.invocation': runs });
}

function pushes(workload: Workload): Usage {
  const runs = allFlows(workload) * workload.runsPerMonth;
  return sumUsages(
    times(deliveryUsage(meanBytes(workload)), movedPerMonth(workload)),
    times(reconcileUsage(workload.files), runs),
    { 'scheduler.invocation': runs },
  );
}

/**
 * The objects of all files and half of what a month adds, the ledger, and the documents of the runs that have
 * not expired.
 */
function storage(workload: Workload): Usage {
  const objects = allFlows(workload) * workload.bytes + bytesPerMonth(workload) / 2;
  const entries = allFlows(workload) * (workload.files + newPerMonth(workload) / 2);
  const ledger = gigabytes(entries * (entryBytes + storedOverheadBytes));
  return {
    's3.storage': gigabytes(objects + documents(workload)),
    'dynamodb.storage': ledger,
    'dynamodb.recovery': ledger,
  };
}

function documents(workload: Workload): number {
  if (workload.direction === 'push') return 0;
  const kept = (documentDays / 30) * workload.runsPerMonth * allFlows(workload);
  return kept * runDocumentBytes(typicalRun(workload));
}

/** Entries that a month adds: none for a changed file. The ledger keeps the entries of removed files. */
function newPerMonth({ moved, runsPerMonth }: Workload): number {
  return moved.are === 'new' ? moved.files * runsPerMonth : 0;
}

/** One gateway with one address. S3 and DynamoDB are reached through gateway endpoints, which are free. */
function staticAddress(workload: Workload): Usage {
  if (!workload.staticAddress) return {};
  return {
    'nat.hour': hoursPerMonth,
    'nat.address': hoursPerMonth,
    'nat.gigabyte': gigabytes(bytesPerMonth(workload)),
  };
}
