import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, vi } from 'vitest';
import type { z } from 'zod';
import type { ListingSummary } from '../../../lambdas/contract/documents/listing-documents.ts';
import { outcomeSchema } from '../../../lambdas/contract/documents/outcome-documents.ts';
import { transferActionSchema } from '../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames, numbered, runFolder } from '../../../lambdas/contract/documents/run-folder.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import {
  batchSchema,
  firstCursor,
  type PlanRunOutput,
  type Run,
} from '../../../lambdas/contract/workflow.ts';
import { type ListingLine, linesPerChunk } from '../../../lambdas/core/listing/listing.ts';
import { compareLines, lineDirectory, toLineOrder } from '../../../lambdas/core/listing/listing-order.ts';
import { parseRemotePath, type RemotePath } from '../../../lambdas/core/path/remote-path.ts';
import { type Slot, takeSlot } from '../../../lambdas/ledger/connection/connection-slots.ts';
import type { FlowName } from '../../../lambdas/ledger/keys.ts';
import { leaseOf, recordFilesRemaining, takeLease } from '../../../lambdas/ledger/runs/lease.ts';
import { recordRunStarted } from '../../../lambdas/ledger/runs/run-record.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import { planRun } from '../../../lambdas/pull/plan-run/plan-run.ts';
import type { Deadline } from '../../../lambdas/runtime/deadline.ts';
import { type Bucket, openBucket } from '../../../lambdas/s3/bucket.ts';
import { getJson, listKeys, putJson, readJsonLines } from '../../../lambdas/s3/documents/documents.ts';
import { JsonLinesWriter } from '../../../lambdas/s3/documents/json-lines-writer.ts';
import { currentObject } from '../../../lambdas/s3/object-versions.ts';
import { testPassword, testUser } from '../../support/partner/test-partner.ts';
import { silentLog } from '../../support/silent-log.ts';
import { connectionDependencies } from '../../support/test-connections.ts';
import { newFlow, runOf, useTable } from '../ledger/test-table.ts';
import { startLocalEndpoint } from '../local/s3/local-endpoint.ts';

/** A partner that no test connects to. */
const unreachable = { host: 'ftps.acme.example', security: 'explicit', secret: 'acme', maxConnections: 4 };

/** The remote directory of the flows of these tests. */
export const remote = parseRemotePath('/in');

/** An invocation with enough time for everything. */
export const ampleTime: Deadline = {
  totalMs: 900_000,
  remainingMs: () => 900_000,
  signal: new AbortController().signal,
  clear: () => undefined,
};

/** An invocation without time to begin anything. */
export const noTime: Deadline = { ...ampleTime, remainingMs: () => 0 };

export interface RunSettings {
  /** Settings of the flow besides the required ones. */
  readonly flow?: Readonly<Record<string, unknown>>;
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly run?: Partial<Pick<Run, 'mode' | 'acceptListing'>>;
}

/** A run of a flow of its own, with its lease. */
export interface TestRun {
  readonly run: Run;
  readonly partner: PartnerFile;
  readonly folder: string;
}

/** Ledger and buckets behind their real protocols, opened as the functions open them; one for a test file. */
export class PullFixture {
  readonly #table: () => Table;
  runs: Bucket = { name: '', client: openBucket('').client };
  inbox: Bucket = this.runs;
  #stop: () => Promise<void> = async () => {};
  #minute = 0;

  constructor(table: () => Table) {
    this.#table = table;
  }

  get table(): Table {
    return this.#table();
  }

  async start(): Promise<void> {
    const storage = await startLocalEndpoint();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', storage.url);
    this.runs = openBucket(await storage.createBucket({ versioned: false }));
    this.inbox = openBucket(await storage.createBucket({ versioned: true }));
    this.#stop = async () => {
      this.runs.client.destroy();
      this.inbox.client.destroy();
      await storage.stop();
    };
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** Begins a run, with the lease of its flow and a run record. */
  async begin({ flow, connection, run }: RunSettings = {}): Promise<TestRun> {
    const name = newFlow();
    const partner = partnerFileSchema.parse({
      partner: name.partner,
      connection: { ...unreachable, ...connection },
      flows: [
        {
          name: name.flow,
          direction: 'pull',
          remote,
          prefix: `acme/${name.flow}/`,
          settled: { minAge: '0s' },
          ...flow,
        },
      ],
    });
    return await this.#lease(name, partner, run);
  }

  /** Begins another run of a flow. */
  async next({ run: { partner: name, flow }, partner }: TestRun): Promise<TestRun> {
    return await this.#lease({ partner: name, flow }, partner);
  }

  /** The dependencies of the steps. */
  dependencies({ partner }: Pick<TestRun, 'partner'>, deadline: Deadline = ampleTime) {
    const connections = connectionDependencies(this.table, { user: testUser, password: testPassword });
    return {
      ...connections,
      runs: this.runs,
      inbox: this.inbox,
      readPartner: async () => partner,
      readAllPartners: async () => ({ partners: [partner], unreadable: [] }),
      deadline,
      log: silentLog,
    };
  }

  /**
   * Writes a listing as ListRemote leaves it.
   * @param shards how many documents the lines are distributed to.
   */
  async list({ folder }: TestRun, lines: readonly ListingLine[], shards = 1): Promise<void> {
    const ordered = lines
      .map((line) => ({ line, order: toLineOrder(remote, line) }))
      .toSorted((a, b) => compareLines(a.order, b.order));
    const written: ListingSummary['shards'] = [];
    for (let number = 0; number < shards; number++) {
      const key = `${folder}${documentNames.listing}${numbered(number)}`;
      const writer = new JsonLinesWriter(this.runs, key);
      for (const [index, { line }] of ordered.entries())
        if (index % shards === number) await writer.write(line);
      await writer.commit();
      const { etag = '', sizeBytes: bytes = 0 } = (await currentObject(this.runs, key)) ?? {};
      written.push({ number, bytes, etag });
    }
    const byDirectory = Map.groupBy(lines, lineDirectory);
    const largeDirectories = [...byDirectory]
      .map(([directory, { length }]) => ({ directory, lines: length }))
      .filter((each) => each.lines > linesPerChunk);
    const summary: ListingSummary = {
      directories: byDirectory.size,
      files: lines.filter(({ kind }) => kind === 'file').length,
      incompleteDirectories: 0,
      zone: { kind: 'iana', name: 'UTC' },
      shards: written,
      largeDirectories,
    };
    await putJson(this.runs, `${folder}${documentNames.listingSummary}`, summary);
  }

  /**
   * Takes a slot of the partner's budget for another function, as soon as an earlier session has freed it.
   */
  async occupy(slot: Slot): Promise<void> {
    while ((await takeSlot(this.table, slot, new Date())) !== 'taken') await sleep(50);
  }

  /** Records how many files were at the partner when the previous run ended. */
  async leaveFiles({ run }: TestRun, count: number): Promise<void> {
    await recordFilesRemaining(this.table, leaseOf(run), count);
  }

  /** Calls PlanRun until it is done. @returns its last output and the number of calls. */
  async plan(
    test: TestRun,
    deadline: Deadline = ampleTime,
  ): Promise<{ output: PlanRunOutput; calls: number }> {
    let output = await planRun({ run: test.run, cursor: firstCursor }, this.dependencies(test, deadline));
    let calls = 1;
    for (; !output.done; calls++) {
      output = await planRun({ run: test.run, cursor: output }, this.dependencies(test, deadline));
    }
    return { output, calls };
  }

  /** The lines of all documents in a folder of the run. */
  async lines<S extends z.ZodType>({ folder }: TestRun, name: string, schema: S): Promise<z.infer<S>[]> {
    const all: z.infer<S>[] = [];
    for await (const key of listKeys(this.runs, `${folder}${name}`)) {
      all.push(...(await Array.fromAsync(readJsonLines(this.runs, key, schema))));
    }
    return all;
  }

  async document<S extends z.ZodType>({ folder }: TestRun, name: string, schema: S) {
    return await getJson(this.runs, `${folder}${name}`, schema);
  }

  /** The paths that the manifest transfers. */
  async manifest(test: TestRun): Promise<string[]> {
    return (await this.lines(test, documentNames.manifest, transferActionSchema)).map(
      ({ file }) => file.path,
    );
  }

  async batches(test: TestRun) {
    return await this.lines(test, documentNames.batches, batchSchema);
  }

  /** `a.csv transferred`, `b.csv failed gone`, in the order of the documents. */
  async outcomes(test: TestRun): Promise<string[]> {
    const all = await this.lines(test, documentNames.outcomes, outcomeSchema);
    return all.map(({ path, ...outcome }) => {
      const error = outcome.kind === 'failed' ? ` ${outcome.error}` : '';
      return `${path.slice(remote.length + 1)} ${outcome.kind}${error}`;
    });
  }

  async #lease(name: FlowName, partner: PartnerFile, changes: RunSettings['run'] = {}): Promise<TestRun> {
    this.#minute += 1;
    const planned = runOf(name, this.#minute, changes);
    const { owner } = planned;
    const now = new Date();
    const lease = await takeLease(this.table, { flowName: planned, owner, now, deadOwner: undefined });
    // An earlier run of the test has not released the lease.
    const taken =
      lease.kind === 'busy'
        ? await takeLease(this.table, { flowName: planned, owner, now, deadOwner: lease.owner })
        : lease;
    if (taken.kind !== 'taken') throw new Error('The lease is not free');
    const run = { ...planned, fence: taken.fence };
    await recordRunStarted(this.table, run);
    return { run, partner, folder: runFolder(run) };
  }
}

/** Starts a fixture for the tests of one file. */
export function usePullFixture(): PullFixture {
  const ledger = useTable();
  const fixture = new PullFixture(() => ledger.table);
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());
  return fixture;
}

/** A line of a listing: a file of the previous day. */
export function fileLine(path: string, sizeBytes = 100): ListingLine {
  const modified = {
    raw: '20261119120000',
    wallClock: '2026-11-19T12:00:00',
    precision: 'second',
    clock: 'utc',
  } as const;
  return {
    kind: 'file',
    file: { path: parseRemotePath(`${remote}/${path}`), sizeBytes, modified, unique: undefined },
  };
}

export function directoryPath(path: string): RemotePath {
  return parseRemotePath(`${remote}/${path}`);
}
