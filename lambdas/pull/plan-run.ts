import {
  type DecisionLine,
  directoryListingSchema,
  documentNames,
  listingSummarySchema,
  type ManifestLine,
  type PlanSummary,
  runFolder,
} from '../contract/documents.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import type { PlanRunOutput, Run } from '../contract/workflow.ts';
import { filesOfDirectory, recordSighting } from '../ledger/file-entries.ts';
import { filesLeftBefore, renewLease } from '../ledger/lease.ts';
import type { Table } from '../ledger/table.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, putJson, readJsonLines } from '../s3/documents.ts';
import { JsonLinesWriter } from '../s3/json-lines-writer.ts';
import type { FileRecord } from '../sync/file-record.ts';
import { type Decision, type PlanContext, planDirectory } from '../sync/plan.ts';
import { guardListing } from '../sync/plan-guard.ts';
import { nameOf, pathBelow } from '../sync/remote-path.ts';
import { flowRules } from './flow-rules.ts';

export interface PlanRunSystems {
  readonly table: Table;
  readonly runs: Bucket;
  readonly readPartner: (partner: Run['partner']) => Promise<PartnerFile>;
  readonly now: () => Date;
}

/**
 * Merges the listing with the ledger, directory by directory, and writes the manifest of what is to be done
 * and the decisions about everything that is not. @throws PartnerError, LeaseLostError, StorageError
 */
export async function planRun(
  { run }: { readonly run: Run },
  systems: PlanRunSystems,
): Promise<PlanRunOutput> {
  const { table, runs } = systems;
  const flow = pullFlowOf(await systems.readPartner(run.partner), run.flow);
  const folder = runFolder(run);
  if (run.mode === 'run') await renewLease(table, { flowName: run, owner: run.owner, now: systems.now() });
  const listing = await getJson(runs, `${folder}${documentNames.listingSummary}`, listingSummarySchema);
  if (listing === undefined) throw new Error(`The listing of run ${run.runId} is not in the runs bucket.`);
  const context = { rules: flowRules(flow), now: systems.now(), zone: listing.zone, runId: run.runId };

  await using plan = new PlanWriter(runs, folder);
  for await (const directory of readJsonLines(
    runs,
    `${folder}${documentNames.listing}`,
    directoryListingSchema,
  )) {
    const below = pathBelow(flow.remote, directory.directory) ?? '';
    const names = new Set(directory.files.map((file) => nameOf(file.path)));
    const records = await filesOfDirectory(table, run, { directory: below, names });
    const decisions = planDirectory(directory, records, context);
    for (const decision of decisions) await plan.add(decision, records);
    if (run.mode === 'run') await rememberSightings(table, run, decisions, context);
  }
  const guard = guardListing({ ...listing, filesLeftBefore: await filesLeftBefore(table, run) });
  const halted = guard.kind === 'halt' && !run.acceptListing ? guard : undefined;
  await plan.commit();
  const { incompleteDirectories, files } = listing;
  const summary: PlanSummary = { ...plan.counts, listed: files, incompleteDirectories, halted };
  await putJson(runs, `${folder}${documentNames.planSummary}`, summary);
  const isWork = summary.transfers + summary.postProcess > 0;
  return { next: run.mode === 'run' && halted === undefined && isWork ? 'transfer' : 'finish' };
}

/** Few enough for the client's connections, enough for a first night on which everything waits. */
const writesAtOnce = 25;

/** Only what waits to be seen again costs a write. */
async function rememberSightings(
  table: Table,
  run: Run,
  decisions: readonly Decision[],
  { rules }: PlanContext,
): Promise<void> {
  const sightings = decisions.flatMap((decision) =>
    decision.kind === 'hold' && decision.sighting !== undefined
      ? [{ path: decision.file.path, sighting: decision.sighting }]
      : [],
  );
  for (let start = 0; start < sightings.length; start += writesAtOnce) {
    await Promise.all(
      sightings.slice(start, start + writesAtOnce).map(({ path, sighting }) => {
        const relativePath = pathBelow(rules.mapping.remote, path) ?? '';
        return recordSighting(table, { flowName: run, relativePath, fence: run.fence }, sighting);
      }),
    );
  }
}

/** Writes manifest and decisions line by line, and counts. */
class PlanWriter implements AsyncDisposable {
  readonly #manifest: JsonLinesWriter;
  readonly #decisions: JsonLinesWriter;
  readonly #skipped: Record<string, number> = {};
  readonly #counts = { transfers: 0, bytes: 0, postProcess: 0, held: 0, refused: 0 };

  constructor(runs: Bucket, folder: string) {
    this.#manifest = new JsonLinesWriter(runs, `${folder}${documentNames.manifest}`);
    this.#decisions = new JsonLinesWriter(runs, `${folder}${documentNames.decisions}`);
  }

  get counts() {
    return { ...this.#counts, skipped: this.#skipped };
  }

  async add(decision: Decision, records: ReadonlyMap<string, FileRecord>): Promise<void> {
    switch (decision.kind) {
      case 'transfer': {
        this.#counts.transfers += 1;
        this.#counts.bytes += decision.file.sizeBytes ?? 0;
        return this.#manifest.write(transferLine(decision, records));
      }
      case 'post-process': {
        this.#counts.postProcess += 1;
        const { key, verifiedModified } = decision.taken;
        const line: ManifestLine = { kind: 'post-process', file: decision.file, key, verifiedModified };
        return this.#manifest.write(line);
      }
      case 'hold':
        this.#counts.held += 1;
        return this.#decide(decision.file.path, decision.file.sizeBytes, 'held', decision.reason);
      case 'refuse':
        this.#counts.refused += 1;
        return this.#decide(decision.path, undefined, 'refused', decision.reason);
      case 'skip':
        this.#skipped[decision.reason] = (this.#skipped[decision.reason] ?? 0) + 1;
        // Unchanged files are the many: they are counted, so that a quiet night writes next to nothing.
        if (decision.reason === 'unchanged') return;
        return this.#decide(decision.path, decision.sizeBytes, 'skipped', decision.reason);
    }
    return decision satisfies never;
  }

  async commit(): Promise<void> {
    await this.#manifest.commit();
    await this.#decisions.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#manifest.abort(), this.#decisions.abort()]);
  }

  #decide(
    path: string,
    sizeBytes: number | undefined,
    outcome: DecisionLine['outcome'],
    reason: string,
  ): Promise<void> {
    const line: DecisionLine = { path, sizeBytes, outcome, reason };
    return this.#decisions.write(line);
  }
}

function transferLine(
  { file, key, reason, taken }: Extract<Decision, { kind: 'transfer' }>,
  records: ReadonlyMap<string, FileRecord>,
): ManifestLine {
  const failure = records.get(nameOf(file.path))?.failure;
  const attemptsBefore = reason === 'failed-before' ? (failure?.attempts ?? 0) : 0;
  const takenBefore = taken && {
    key: taken.key,
    etag: taken.etag,
    sha256: taken.sha256,
    crc32: taken.crc32,
    sizeBytes: taken.sizeBytes,
    modified: taken.verifiedModified,
    unique: taken.fingerprint.unique,
  };
  return { kind: 'transfer', file, key, reason, takenBefore, attemptsBefore };
}
