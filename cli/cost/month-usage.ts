import {
  alarms,
  dashboards,
  documentDays,
  entryBytes,
  functions,
  hoursPerMonth,
  logBytesPerInvocation,
  metricsOfPartner,
  pollsPerHour,
  storedOverheadBytes,
  watchesPerHour,
  watchReads,
  watchSecondsOfPartner,
} from './product-facts.ts';
import { type PullRun, pullRunUsage, runDocumentBytes } from './pull-run.ts';
import { deliveryUsage, reconcileUsage } from './push-usage.ts';
import { gigabytes, sumOf, times, type Usage } from './usage.ts';
import { allFlows, bytesPerMonth, meanBytes, movedPerMonth, type Workload } from './workload.ts';

/** What all flows use in a month in which everything that was there before has been moved. */
export function monthUsage(workload: Workload): Usage {
  const work = workload.direction === 'pull' ? pulls(workload) : pushes(workload);
  return sumOf(standingUsage(workload), work, storage(workload), staticAddress(workload));
}

/** What moving everything costs once, when the flows are new. The inbox or the outbox keeps it from then on. */
export function firstLoadUsage(workload: Workload): Usage {
  const { direction, files, directories } = workload;
  const bytesPerFile = meanBytes(workload);
  const one =
    direction === 'pull'
      ? pullRunUsage({ listed: files, directories, known: 0, moved: files, bytesPerFile, movedAre: 'new' })
      : times(deliveryUsage(bytesPerFile), files);
  return times(one, allFlows(workload));
}

/** A run of the month. New files make the tree no larger: as many are taken away. */
export function usualRun(workload: Workload): PullRun {
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

/** What is there without a single run. */
export function standingUsage({ partners }: Pick<Workload, 'partners'>): Usage {
  const polls = pollsPerHour * hoursPerMonth;
  return sumOf(times(watchUsage(partners), watchesPerHour * hoursPerMonth), {
    'cloudwatch.alarm': alarms,
    'cloudwatch.dashboard': dashboards,
    'cloudwatch.metric': metricsOfPartner * partners,
    'sqs.standard': polls,
    'sqs.fifo': polls,
    'secrets.secret': partners,
    'parameters.standard': partners,
  });
}

/** One look at everything, with one flow of each partner. */
function watchUsage(partners: number): Usage {
  const { megabytes, overheadSeconds } = functions.watch;
  const seconds = overheadSeconds + partners * watchSecondsOfPartner;
  return {
    'lambda.request': 1,
    'lambda.gigabyteSecond': (seconds * megabytes) / 1024,
    'dynamodb.read': watchReads.stage + partners * (watchReads.partner + watchReads.flow),
    'scheduler.invocation': 1,
    'logs.ingested': gigabytes(logBytesPerInvocation),
  };
}

function pulls(workload: Workload): Usage {
  const runs = allFlows(workload) * workload.runsPerMonth;
  return sumOf(times(pullRunUsage(usualRun(workload)), runs), { 'scheduler.invocation': runs });
}

function pushes(workload: Workload): Usage {
  const runs = allFlows(workload) * workload.runsPerMonth;
  return sumOf(
    times(deliveryUsage(meanBytes(workload)), movedPerMonth(workload)),
    times(reconcileUsage(workload.files), runs),
    { 'scheduler.invocation': runs },
  );
}

/** The objects of all files, half of what a month adds to them, the ledger, and the documents of three months of runs. */
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
  return kept * runDocumentBytes(usualRun(workload));
}

/** The ledger forgets no file; one that changed has an entry already. */
function newPerMonth({ moved, runsPerMonth }: Workload): number {
  return moved.are === 'new' ? moved.files * runsPerMonth : 0;
}

/** One gateway with one address. S3 and DynamoDB are reached beside it. */
function staticAddress(workload: Workload): Usage {
  if (!workload.staticAddress) return {};
  return {
    'nat.hour': hoursPerMonth,
    'nat.address': hoursPerMonth,
    'nat.gigabyte': gigabytes(bytesPerMonth(workload)),
  };
}
