import { hoursPerMonth, objectsPerPage } from './product-facts.ts';
import { gigabytes, type Usage } from './usage.ts';
import { allFlows, bytesPerMonth, meanBytes, movedPerMonth, type Workload } from './workload.ts';

/** A way to transfer the same bytes with AWS Transfer Family. */
export interface Alternative {
  readonly name: string;
  /** What it cannot do, or requires of the partner. */
  readonly but: string;
  readonly usage: Usage;
}

/**
 * The usage of Transfer Family, which has no FTPS client: its connectors speak SFTP and AS2, and its FTPS is
 * a server. Without storage and S3 requests, which come on top as they do here.
 * https://docs.aws.amazon.com/transfer/latest/userguide/creating-connectors.html
 */
export function alternatives(workload: Workload): readonly Alternative[] {
  const moved = gigabytes(bytesPerMonth(workload));
  // AWS bills data transfer out whatever sends it.
  const out: Usage = workload.direction === 'push' ? { 'network.out': moved } : {};
  return [
    {
      name: 'FTPS server',
      but: 'The partner has to connect to it: it cannot connect to a server of the partner.',
      usage: { 'transfer.serverHour': hoursPerMonth, 'transfer.serverGigabyte': moved, ...out },
    },
    {
      name: 'SFTP connectors',
      but: `They do not speak FTPS: the partner has to run an SFTP server.${tooLarge(workload)}`,
      usage: {
        'transfer.connectorCall': movedPerMonth(workload) + listingCalls(workload),
        'transfer.connectorGigabyte': moved,
        ...out,
      },
    },
  ];
}

/**
 * The quota of a connector. https://docs.aws.amazon.com/transfer/latest/userguide/creating-connectors.html
 */
const maxFileGibibytes = 150;

function tooLarge(workload: Workload): string {
  if (gigabytes(meanBytes(workload)) <= maxFileGibibytes) return '';
  return ` They transfer no file of more than ${maxFileGibibytes} GiB.`;
}

/** A call lists one directory and up to 1,000 names. A push lists nothing. */
function listingCalls(workload: Workload): number {
  if (workload.direction === 'push') return 0;
  const { files, directories, runsPerMonth } = workload;
  const callsPerRun = Math.max(directories, Math.ceil(files / objectsPerPage));
  return allFlows(workload) * runsPerMonth * callsPerRun;
}
