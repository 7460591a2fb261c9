import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import type { z } from 'zod';
import { outcomeSchema } from '../../../../lambdas/contract/documents/outcome-documents.ts';
import type { TransferAction } from '../../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../../../lambdas/contract/documents/run-folder.ts';
import { type FlowId, flowIdSchema, makeRunId, partnerIdSchema } from '../../../../lambdas/contract/ids.ts';
import {
  type PartnerFile,
  partnerFileSchema,
} from '../../../../lambdas/contract/partner-file/partner-file.ts';
import { firstCursor, type Run, type Slice, sliceSchema } from '../../../../lambdas/contract/workflow.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import type { Outcome } from '../../../../lambdas/core/plan/outcome.ts';
import { takeLease } from '../../../../lambdas/ledger/runs/lease.ts';
import type { Table } from '../../../../lambdas/ledger/table.ts';
import { type BigFilesDependencies, bigFiles } from '../../../../lambdas/pull/big-files/big-files.ts';
import {
  type TransferSliceDependencies,
  transferSlice,
} from '../../../../lambdas/pull/transfer-slice/transfer-slice.ts';
import { type Deadline, startDeadline } from '../../../../lambdas/runtime/deadline.ts';
import type { StepLog } from '../../../../lambdas/runtime/log.ts';
import type { Bucket } from '../../../../lambdas/s3/bucket.ts';
import { listKeys, readJsonLines } from '../../../../lambdas/s3/documents/documents.ts';
import { JsonLinesWriter } from '../../../../lambdas/s3/documents/json-lines-writer.ts';
import type { TreeEntry } from '../../../../testing/ftps-server/tree/file-tree.ts';
import {
  type PartnerSettings,
  startTestPartner,
  type TestPartner,
  testPassword,
  testUser,
} from '../../../support/partner/test-partner.ts';
import { refuseItem } from '../../../support/refusals.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { noPartnerEvents } from '../../../support/test-connections.ts';
import { useTable } from '../../ledger/test-table.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../../local/s3/local-endpoint.ts';
import { newBucket } from '../../s3/upload/object-writer-parts.ts';
import { killableClient, killableTable } from './killable-clients.ts';

export const mebibyte = 1024 * 1024;

/** Limits of the invocations of a run. */
export interface Limits {
  /** The length of each invocation. */
  readonly totalMs: () => number;
  /** Called when an invocation begins; the invocation is killed when this resolves with `killed`. */
  readonly killer?: ((isOver: () => boolean) => Promise<'killed' | 'spared'>) | undefined;
  /** Called before each round of slices. */
  readonly beforeSlices?: (() => Promise<void>) | undefined;
  /** The table refuses the items with one of these texts. */
  readonly refusedItems?: readonly string[];
  readonly log?: StepLog;
}

const ampleTime: Limits = { totalMs: () => 900_000 };

/**
 * The functions for big files with a table, buckets and a partner; it calls them as the state machine does.
 */
export class BigFileFixture {
  readonly partner: TestPartner;
  readonly #file: PartnerFile;
  readonly #table: () => Table;
  #opened: { readonly endpoint: LocalEndpoint; readonly inbox: Bucket; readonly runs: Bucket } | undefined;
  #runCount = 0;
  /** A slot of a killed function expires after a minute; the clock is set ahead instead of waiting. */
  #aheadMs = 0;

  constructor(partner: TestPartner, table: () => Table) {
    this.partner = partner;
    this.#file = partnerFileSchema.parse(partner.document);
    this.#table = table;
  }

  async start(): Promise<void> {
    const endpoint = await startLocalEndpoint();
    this.#opened = { endpoint, inbox: await newBucket(endpoint), runs: await newBucket(endpoint) };
  }

  async stop(): Promise<void> {
    await this.#opened?.endpoint.stop();
  }

  get inbox(): Bucket {
    return this.#started.inbox;
  }

  /** Starts a run of the flow whose plan has these paths as big files. */
  async plan(paths: readonly string[]): Promise<Run> {
    this.#runCount += 1;
    const flowName = { partner: partnerIdSchema.parse('acme'), flow: flowIdSchema.parse('files') as FlowId };
    const startedAt = this.#now();
    const owner = `execution-${this.#runCount}`;
    // The previous run has ended without releasing the lease.
    const deadOwner = `execution-${this.#runCount - 1}`;
    const lease = await takeLease(this.#table(), { flowName, owner, now: startedAt, deadOwner });
    if (lease.kind !== 'taken') throw new Error('The lease is not free');
    const run: Run = {
      ...flowName,
      runId: makeRunId(startedAt, String(this.#runCount).padStart(5, '0')),
      mode: 'run',
      acceptListing: false,
      startedAt: startedAt.toISOString(),
      fence: lease.fence,
      owner,
      redriveCount: 0,
    };
    const key = `${runFolder(run)}${documentNames.bigFiles}000000.jsonl`;
    const lines = new JsonLinesWriter(this.#started.runs, key);
    for (const path of paths) await lines.write(await actionFor(this.partner, path));
    await lines.commit();
    return run;
  }

  /** Calls the functions until all big files are done. @returns the outcomes, in their order. */
  async fetch(run: Run, limits: Limits = ampleTime): Promise<readonly Outcome[]> {
    for (let cursor = firstCursor; !cursor.done; ) {
      const at = cursor;
      const output = await this.#invoke(limits, (dependencies) =>
        bigFiles({ run, cursor: at }, dependencies),
      );
      cursor = output;
      if (output.done) break;
      await limits.beforeSlices?.();
      const waiting = await Array.fromAsync(readJsonLines(this.#started.runs, output.itemsKey, sliceSchema));
      const worker = async () => {
        for (let slice = waiting.shift(); slice !== undefined; slice = waiting.shift()) {
          await this.#fetchSlice(run, slice, limits);
        }
      };
      await Promise.all(Array.from({ length: output.workers }, worker));
    }
    return this.#lines(run, documentNames.outcomes, outcomeSchema);
  }

  /** The slices of all rounds. */
  slices(run: Run): Promise<readonly Slice[]> {
    return this.#lines(run, documentNames.slices, sliceSchema);
  }

  async sha256Of(key: string): Promise<string> {
    const { name, client } = this.inbox;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }));
    const hash = createHash('sha256');
    if (Body instanceof Readable) await pipeline(Body, hash);
    return hash.digest('hex');
  }

  async openUploads(): Promise<number> {
    const { name, client } = this.inbox;
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
    return Uploads.length;
  }

  get #started() {
    if (this.#opened === undefined) throw new Error('The fixture is not started');
    return this.#opened;
  }

  #now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  async #lines<S extends z.ZodType>(run: Run, name: string, schema: S): Promise<z.infer<S>[]> {
    const all: z.infer<S>[] = [];
    for await (const key of listKeys(this.#started.runs, `${runFolder(run)}${name}`)) {
      all.push(...(await Array.fromAsync(readJsonLines(this.#started.runs, key, schema))));
    }
    return all;
  }

  async #fetchSlice(run: Run, slice: Slice, limits: Limits): Promise<void> {
    for (let cursor = firstCursor; !cursor.done; ) {
      const at = cursor;
      cursor = await this.#invoke(limits, (dependencies) =>
        transferSlice({ run, slice, cursor: at }, dependencies),
      );
    }
  }

  /** Calls a function until an invocation of it is not killed. */
  async #invoke<T>(limits: Limits, work: (dependencies: Dependencies) => Promise<T>): Promise<T> {
    for (;;) {
      const begunMs = performance.now();
      const totalMs = limits.totalMs();
      const deadline = startDeadline(() => totalMs - (performance.now() - begunMs));
      const death = new AbortController();
      const signal = AbortSignal.any([deadline.signal, death.signal]);
      const working = work(this.#dependencies(death.signal, { ...deadline, signal }, limits));
      const fate = limits.killer?.(() => death.signal.aborted) ?? new Promise<never>(() => undefined);
      try {
        const returned = working.then((value) => ({ value }));
        const ended = fate.then<'killed' | { value: T }>((word) => (word === 'killed' ? word : returned));
        const end = await Promise.race([returned, ended]);
        if (end !== 'killed') return end.value;
        working.catch(() => undefined);
        this.#aheadMs += 61_000;
      } finally {
        death.abort(new Error('The function was killed, or has ended.'));
        deadline.clear();
      }
    }
  }

  #dependencies(life: AbortSignal, deadline: Deadline, limits: Limits): Dependencies {
    const table = killableTable(this.#table(), life);
    for (const text of limits.refusedItems ?? []) refuseItem(table, text);
    const { endpoint, inbox, runs } = this.#started;
    const killable = ({ name }: Bucket): Bucket => ({ name, client: killableClient(endpoint, life) });
    return {
      readPartner: async () => this.#file,
      readAllPartners: async () => ({ partners: [this.#file], unreadable: [] }),
      readCredentials: async () => ({ versionId: 'v1', credentials }),
      table,
      inbox: killable(inbox),
      runs: killable(runs),
      now: () => this.#now(),
      deadline,
      log: limits.log ?? silentLog,
      partnerEvents: noPartnerEvents,
    };
  }
}

type Dependencies = BigFilesDependencies & TransferSliceDependencies;

const credentials = {
  user: testUser,
  password: testPassword,
  clientCertificate: undefined,
  clientKey: undefined,
  clientKeyPassphrase: undefined,
};

/** Starts a fixture for the tests of one file. */
export async function useBigFileFixture(settings: PartnerSettings = {}): Promise<BigFileFixture> {
  const ledger = useTable();
  const fixture = new BigFileFixture(await startTestPartner('acme', settings), () => ledger.table);
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());
  return fixture;
}

/** The action that PlanRun writes for a new file, with the facts of MLSD. */
async function actionFor({ tree, name }: TestPartner, path: string): Promise<TransferAction> {
  const entry: TreeEntry = await tree.find(Buffer.from(path).toString('latin1'));
  if (entry.kind !== 'file') throw new Error(`${path} is not a file`);
  const iso = entry.modified.toISOString();
  return {
    kind: 'transfer',
    file: {
      path: parseRemotePath(path),
      sizeBytes: entry.sizeBytes,
      modified: {
        raw: iso.slice(0, 19).replace(/[-:T]/g, ''),
        wallClock: iso.slice(0, 19),
        precision: 'second',
        clock: 'utc',
      },
      unique: entry.unique,
    },
    key: `${name}${path}` as ObjectKey,
    reason: 'new',
    transferredBefore: undefined,
    attemptsBefore: 0,
    isTimeFinal: false,
    doneFile: undefined,
  };
}
