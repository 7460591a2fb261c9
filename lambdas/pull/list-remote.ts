import { documentNames, type ListingSummary, runFolder } from '../contract/documents.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import type { Run } from '../contract/workflow.ts';
import type { Pool } from '../ftps/pool.ts';
import { measureZone } from '../ftps/server-clock.ts';
import { walk } from '../ftps/walk.ts';
import { renewLease } from '../ledger/lease.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { putJson } from '../s3/documents.ts';
import { JsonLinesWriter } from '../s3/json-lines-writer.ts';
import type { DirectoryListing } from '../sync/listing.ts';
import type { RemoteFile } from '../sync/remote-file.ts';
import type { ServerZone } from '../sync/server-zone.ts';
import { partnerPool } from './partner-pool.ts';
import { ProgressReporter } from './progress.ts';

export interface ListRemoteSystems extends Partners {
  readonly table: Table;
  readonly runs: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
}

/**
 * Walks the flow's remote directory and writes what it finds: a line a directory, then the summary.
 * A directory that could not be read whole is written with its faults, and the walk goes on.
 * @throws FtpsError where the partner cannot be reached or the remote directory itself cannot be listed; PartnerError.
 */
export async function listRemote(
  { run }: { readonly run: Run },
  systems: ListRemoteSystems,
): Promise<ListingSummary> {
  const partner = await systems.readPartner(run.partner);
  const { remote } = pullFlowOf(partner, run.flow);
  if (run.mode === 'run')
    await renewLease(systems.table, { flowName: run, owner: run.owner, now: systems.now() });
  const progress = new ProgressReporter(systems.table, run, { ...noProgress, step: 'list-remote' });
  const { signal } = systems.deadline;
  await using pool = await partnerPool(partner, { ...systems, signal });
  await using writer = new ListingWriter(systems.runs, runFolder(run));

  await walk(pool, {
    root: remote,
    maxEntriesPerDirectory,
    signal,
    onListing: async (listing) => {
      await writer.add(listing);
      progress.add({ files: listing.files.length });
    },
  });
  const zone = await zoneOf(partner, pool, writer.undated);
  const summary = { ...writer.counts, zone };
  await writer.commit();
  await putJson(systems.runs, `${runFolder(run)}${documentNames.listingSummary}`, summary);
  await progress.end();
  return summary;
}

const noProgress = { files: 0, filesTotal: undefined, bytes: 0, bytesTotal: undefined };

/** What a worker can hold of one directory; a larger one is reported as not read whole, never cut in silence. */
const maxEntriesPerDirectory = 100_000;

/** Files enough to tell a zone by; a handful of MDTM commands. */
const zoneSamples = 8;

/** Writes each listing as it comes, and keeps the counts and a few files whose dates need a zone. */
class ListingWriter implements AsyncDisposable {
  readonly #listings: JsonLinesWriter;
  readonly #faults: JsonLinesWriter;
  readonly undated: RemoteFile[] = [];
  readonly #counts = { directories: 0, files: 0, incompleteDirectories: 0 };

  constructor(runs: Bucket, folder: string) {
    this.#listings = new JsonLinesWriter(runs, `${folder}${documentNames.listing}`);
    this.#faults = new JsonLinesWriter(runs, `${folder}${documentNames.listingFaults}`);
  }

  get counts(): Readonly<{ directories: number; files: number; incompleteDirectories: number }> {
    return this.#counts;
  }

  async add(listing: DirectoryListing): Promise<void> {
    this.#counts.directories += 1;
    this.#counts.files += listing.files.length;
    this.#counts.incompleteDirectories += listing.faults.length > 0 ? 1 : 0;
    const wanted = zoneSamples - this.undated.length;
    this.undated.push(...listing.files.filter((file) => file.modified?.clock === 'server').slice(0, wanted));
    for (const fault of listing.faults) await this.#faults.write({ directory: listing.directory, fault });
    await this.#listings.write(listing);
  }

  async commit(): Promise<void> {
    await this.#faults.commit();
    await this.#listings.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#faults.abort(), this.#listings.abort()]);
  }
}

async function zoneOf(
  { connection }: PartnerFile,
  pool: Pool,
  undated: readonly RemoteFile[],
): Promise<ServerZone> {
  if (connection.timeZone !== 'auto') return { kind: 'iana', name: connection.timeZone };
  if (undated.length === 0) return { kind: 'unknown' };
  return pool.use((session) => measureZone(session, undated));
}
