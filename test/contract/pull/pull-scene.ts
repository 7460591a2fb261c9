import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, vi } from 'vitest';
import type { z } from 'zod';
import type { ListingSummary } from '../../../lambdas/contract/listing-documents.ts';
import { outcomeSchema } from '../../../lambdas/contract/outcome-documents.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import { transferActionSchema } from '../../../lambdas/contract/plan-documents.ts';
import { documentNames, numbered, runFolder } from '../../../lambdas/contract/run-folder.ts';
import {
  batchSchema,
  firstCursor,
  type PlanRunOutput,
  type Run,
} from '../../../lambdas/contract/workflow.ts';
import { type Slot, takeSlot } from '../../../lambdas/ledger/connection-slots.ts';
import type { FlowName } from '../../../lambdas/ledger/keys.ts';
import { recordFilesLeft, takeLease } from '../../../lambdas/ledger/lease.ts';
import { recordRunStarted } from '../../../lambdas/ledger/run-record.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import { planRun } from '../../../lambdas/pull/plan-run.ts';
import type { Deadline } from '../../../lambdas/runtime/deadline.ts';
import { type Bucket, openBucket } from '../../../lambdas/s3/bucket.ts';
import { getJson, keysUnder, putJson, readJsonLines } from '../../../lambdas/s3/documents.ts';
import { JsonLinesWriter } from '../../../lambdas/s3/json-lines-writer.ts';
import { currentObject } from '../../../lambdas/s3/read-object.ts';
import { type ListingLine, linesPerChunk } from '../../../lambdas/sync/listing.ts';
import { compareLines, directoryOfLine, lineOrder } from '../../../lambdas/sync/listing-order.ts';
import { parseRemotePath, type RemotePath } from '../../../lambdas/sync/remote-path.ts';
import { silentLog } from '../../support/silent-log.ts';
import { testPassword, testUser } from '../../support/stage/test-partner.ts';
import { connectionSystems } from '../../support/test-connections.ts';
import { newFlow, runOf, useTable } from '../ledger/test-table.ts';
import { startLocalEndpoint } from '../s3/local-endpoint.ts';

/** A partner that a test does not connect to. */
const nobody = { host: 'ftps.acme.example', security: 'explicit', secret: 'acme', maxConnections: 4 };

/** The remote directory of the flows of these tests. */
export const remote = parseRemotePath('/in');

/** An invocation with all the time in the world. */
export const unhurried: Deadline = {
  totalMs: 900_000,
  remainingMs: () => 900_000,
  signal: new AbortController().signal,
  clear: () => undefined,
};

/** An invocation whose time for beginning anything is up when it begins. */
export const hurried: Deadline = { ...unhurried, remainingMs: () => 0 };

export interface RunSettings {
  /** Of the flow, beside what it must have. */
  readonly flow?: Readonly<Record<string, unknown>>;
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly run?: Partial<Pick<Run, 'mode' | 'acceptListing'>>;
}

/** One run of a flow that no other test has, with its lease. */
export interface TestRun {
  readonly run: Run;
  readonly partner: PartnerFile;
  readonly folder: string;
}

/** Ledger and buckets behind their real protocols, opened as the functions open theirs; one for a file of tests. */
export class PullScene {
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

  /** Begins a run: it has the lease of its flow, and a record. */
  async begin({ flow, connection, run }: RunSettings = {}): Promise<TestRun> {
    const name = newFlow();
    const partner = partnerFileSchema.parse({
      partner: name.partner,
      connection: { ...nobody, ...connection },
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

  /** What the steps work on. */
  systems({ partner }: Pick<TestRun, 'partner'>, deadline: Deadline = unhurried) {
    const connections = connectionSystems(this.table, { user: testUser, password: testPassword });
    return {
      ...connections,
      runs: this.runs,
      inbox: this.inbox,
      readPartner: async () => partner,
      readAllPartners: async () => [partner],
      deadline,
      log: silentLog,
    };
  }

  /** Writes a listing as ListRemote leaves it. @param shards how many documents its lines are dealt out to. */
  async list({ folder }: TestRun, lines: readonly ListingLine[], shards = 1): Promise<void> {
    const ordered = lines
      .map((line) => ({ line, order: lineOrder(remote, line) }))
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
    const byDirectory = Map.groupBy(lines, directoryOfLine);
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

  /** Takes a slot of the partner's budget for somebody else, as soon as it does not rest any more from an earlier session. */
  async occupy(slot: Slot): Promise<void> {
    while ((await takeSlot(this.table, slot, new Date())) !== 'taken') await sleep(50);
  }

  /** So many files were at the partner when the run before had ended. */
  async leaveFiles({ run }: TestRun, count: number): Promise<void> {
    await recordFilesLeft(this.table, { flowName: run, owner: run.owner }, count);
  }

  /** Calls PlanRun until it is done. @returns its last answer, and how often it was called. */
  async plan(
    test: TestRun,
    deadline: Deadline = unhurried,
  ): Promise<{ output: PlanRunOutput; calls: number }> {
    let output = await planRun({ run: test.run, cursor: firstCursor }, this.systems(test, deadline));
    let calls = 1;
    for (; !output.done; calls++) {
      output = await planRun({ run: test.run, cursor: output }, this.systems(test, deadline));
    }
    return { output, calls };
  }

  /** The lines of all documents of the run under a name. */
  async lines<S extends z.ZodType>({ folder }: TestRun, name: string, schema: S): Promise<z.infer<S>[]> {
    const all: z.infer<S>[] = [];
    for await (const key of keysUnder(this.runs, `${folder}${name}`)) {
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
      const fault = outcome.kind === 'failed' ? ` ${outcome.fault}` : '';
      return `${path.slice(remote.length + 1)} ${outcome.kind}${fault}`;
    });
  }

  async #lease(name: FlowName, partner: PartnerFile, changes: RunSettings['run'] = {}): Promise<TestRun> {
    this.#minute += 1;
    const planned = runOf(name, this.#minute, changes);
    const { owner } = planned;
    const now = new Date();
    const lease = await takeLease(this.table, { flowName: planned, owner, now, deadOwner: undefined });
    // A run that has ended in a test did not give its lease back: its owner is known to be dead.
    const taken =
      lease.kind === 'busy'
        ? await takeLease(this.table, { flowName: planned, owner, now, deadOwner: lease.owner })
        : lease;
    if (taken.kind !== 'taken') throw new Error('the lease is not free');
    const run = { ...planned, fence: taken.fence };
    await recordRunStarted(this.table, run);
    return { run, partner, folder: runFolder(run) };
  }
}

/** Starts a scene for the tests of one file. */
export function usePullScene(): PullScene {
  const ledger = useTable();
  const scene = new PullScene(() => ledger.table);
  beforeAll(() => scene.start());
  afterAll(() => scene.stop());
  return scene;
}

/** A file of a listing, of the day before. */
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
