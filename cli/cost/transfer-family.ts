import { hoursPerMonth, objectsPerPage } from './product-facts.ts';
import { gigabytes, type Usage } from './usage.ts';
import { allFlows, bytesPerMonth, meanBytes, movedPerMonth, type Workload } from './workload.ts';

/** A way to have AWS Transfer Family move the same bytes, and what has to be otherwise for it. */
export interface Alternative {
  readonly name: string;
  /** What it cannot do, or asks of the partner. */
  readonly but: string;
  readonly usage: Usage;
}

/**
 * What Transfer Family would use. It has no FTPS client: its connectors speak SFTP and AS2, and its FTPS is a server.
 * Storage and the requests of S3 come on top, as they do here.
 * https://docs.aws.amazon.com/transfer/latest/userguide/creating-connectors.html
 */
export function alternatives(workload: Workload): readonly Alternative[] {
  const moved = gigabytes(bytesPerMonth(workload));
  // What leaves AWS is paid for whoever sends it.
  const out: Usage = workload.direction === 'push' ? { 'network.out': moved } : {};
  return [
    {
      name: 'FTPS server',
      but: 'It waits for the partner to connect to us: it cannot go to a server that the partner runs.',
      usage: { 'transfer.serverHour': hoursPerMonth, 'transfer.serverGigabyte': moved, ...out },
    },
    {
      name: 'SFTP connectors',
      but: `They do not speak FTPS: the partner would have to run an SFTP server.${tooLarge(workload)}`,
      usage: {
        'transfer.connectorCall': movedPerMonth(workload) + listingCalls(workload),
        'transfer.connectorGigabyte': moved,
        ...out,
      },
    },
  ];
}

/** Of a connector. https://docs.aws.amazon.com/transfer/latest/userguide/creating-connectors.html */
const largestFileGibibytes = 150;

function tooLarge(workload: Workload): string {
  if (gigabytes(meanBytes(workload)) <= largestFileGibibytes) return '';
  return ` And they take no file of more than ${largestFileGibibytes} GiB.`;
}

/** One level at a time, 1,000 names a call. Nothing is listed to push. */
function listingCalls(workload: Workload): number {
  if (workload.direction === 'push') return 0;
  const { files, directories, runsPerMonth } = workload;
  const callsPerRun = Math.max(directories, Math.ceil(files / objectsPerPage));
  return allFlows(workload) * runsPerMonth * callsPerRun;
}
