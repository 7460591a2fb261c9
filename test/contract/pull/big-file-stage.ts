import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import { type FlowId, flowIdSchema, makeRunId, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { outcomeSchema } from '../../../lambdas/contract/outcome-documents.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import type { TransferAction } from '../../../lambdas/contract/plan-documents.ts';
import { documentNames, runFolder } from '../../../lambdas/contract/run-folder.ts';
import { firstCursor, type Run, type Slice, sliceSchema } from '../../../lambdas/contract/workflow.ts';
import { takeLease } from '../../../lambdas/ledger/lease.ts';
import { bigFiles } from '../../../lambdas/pull/big-files.ts';
import { transferSlice } from '../../../lambdas/pull/transfer-slice.ts';
import { type Deadline, startDeadline } from '../../../lambdas/runtime/deadline.ts';
import type { Bucket } from '../../../lambdas/s3/bucket.ts';
import { keysUnder, readJsonLines } from '../../../lambdas/s3/documents.ts';
import { JsonLinesWriter } from '../../../lambdas/s3/json-lines-writer.ts';
import type { ObjectKey } from '../../../lambdas/sync/object-key.ts';
import type { Outcome } from '../../../lambdas/sync/outcome.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import type { TreeEntry } from '../../support/ftps-server/tree.ts';
import { silentLog } from '../../support/silent-log.ts';
import {
  type PartnerSettings,
  startTestPartner,
  type TestPartner,
  testPassword,
  testUser,
} from '../../support/stage/test-partner.ts';
import { useTable } from '../ledger/test-table.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../s3/local-endpoint.ts';
import { newBucket } from '../s3/object-writer-parts.ts';
import { mortalClient, mortalTable } from './mortal-systems.ts';

export const mebibyte = 1024 * 1024;

/** How the invocations of a run are to go; each is as long as `totalMs` says. */
export interface Limits {
  readonly totalMs: () => number;
  /** Called when an invocation begins; it may end as a killed function ends, as soon as this says so. */
  readonly killer?: ((isOver: () => boolean) => Promise<'killed' | 'spared'>) | undefined;
  /** Called before each round of slices. */
  readonly beforeSlices?: (() => Promise<void>) | undefined;
}

const unhurried: Limits = { totalMs: () => 900_000 };

/** The functions for big files, a table, buckets and a partner: what the state machine does with them, done here. */
export interface BigFileStage {
  readonly partner: TestPartner;
  readonly inbox: Bucket;
  /** A run of the flow, whose plan has these paths as big files. */
  plan(paths: readonly string[]): Promise<Run>;
  /** Calls the functions in turn until all big files are done; returns the outcomes in their order. */
  fetch(run: Run, limits?: Limits): Promise<readonly Outcome[]>;
  sha256Of(key: string): Promise<string>;
  openUploads(): Promise<number>;
  /** The slices of all rounds. */
  slices(run: Run): Promise<readonly Slice[]>;
}

export async function useBigFileStage(settings: PartnerSettings = {}): Promise<BigFileStage> {
  const ledger = useTable();
  const partner = await startTestPartner('acme', settings);
  const file = partnerFileSchema.parse(partner.document);
  const opened: { endpoint?: LocalEndpoint; inbox?: Bucket; runs?: Bucket } = {};
  beforeAll(async () => {
    opened.endpoint = await startLocalEndpoint();
    opened.inbox = await newBucket(opened.endpoint);
    opened.runs = await newBucket(opened.endpoint);
  });
  afterAll(() => opened.endpoint?.stop());
  const of = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the stage was not opened');
    return value;
  };
  let runs = 0;
  /** Slots of functions that were killed come free after a minute, and no test waits for it. */
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);

  async function invoke<T>(
    limits: Limits,
    work: (systems: ReturnType<typeof systemsOf>) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const begunMs = performance.now();
      const totalMs = limits.totalMs();
      const deadline = startDeadline(() => totalMs - (performance.now() - begunMs));
      const death = new AbortController();
      const signal = AbortSignal.any([deadline.signal, death.signal]);
      const working = work(systemsOf(death.signal, { ...deadline, signal }));
      const fate = limits.killer?.(() => death.signal.aborted) ?? new Promise<never>(() => undefined);
      try {
        const returned = working.then((value) => ({ value }));
        const ended = fate.then<'killed' | { value: T }>((word) => (word === 'killed' ? word : returned));
        const end = await Promise.race([returned, ended]);
        if (end !== 'killed') return end.value;
        working.catch(() => undefined);
        aheadMs += 61_000;
      } finally {
        death.abort(new Error('The function was killed, or has ended.'));
        deadline.clear();
      }
    }
  }

  function systemsOf(life: AbortSignal, deadline: Deadline) {
    const endpoint = of(opened.endpoint);
    const mortal = (bucket: Bucket): Bucket => ({ name: bucket.name, client: mortalClient(endpoint, life) });
    return {
      readPartner: async (): Promise<PartnerFile> => file,
      readAllPartners: async () => [file],
      readCredentials: async () => ({
        versionId: 'v1',
        credentials: {
          user: testUser,
          password: testPassword,
          clientCertificate: undefined,
          clientKey: undefined,
          clientKeyPassphrase: undefined,
        },
      }),
      table: mortalTable(ledger.table, life),
      inbox: mortal(of(opened.inbox)),
      runs: mortal(of(opened.runs)),
      now,
      deadline,
      log: silentLog,
      tellCircuitOpened: async () => undefined,
    };
  }

  async function slicesAt(key: string): Promise<readonly Slice[]> {
    return Array.fromAsync(readJsonLines(of(opened.runs), key, sliceSchema));
  }

  async function fetchSlice(run: Run, slice: Slice, limits: Limits): Promise<void> {
    let cursor = firstCursor;
    while (!cursor.done) {
      const at = cursor;
      cursor = await invoke(limits, (systems) => transferSlice({ run, slice, cursor: at }, systems));
    }
  }

  return {
    partner,
    get inbox() {
      return of(opened.inbox);
    },
    async plan(paths) {
      runs += 1;
      const names = { partner: partnerIdSchema.parse('acme'), flow: flowIdSchema.parse('files') as FlowId };
      const startedAt = now();
      const owner = `execution-${runs}`;
      // The run before it is over, and did not say so.
      const lease = await takeLease(ledger.table, {
        flowName: names,
        owner,
        now: startedAt,
        deadOwner: `execution-${runs - 1}`,
      });
      if (lease.kind !== 'taken') throw new Error('The lease is not free');
      const run: Run = {
        ...names,
        runId: makeRunId(startedAt, String(runs).padStart(5, '0')),
        mode: 'run',
        acceptListing: false,
        startedAt: startedAt.toISOString(),
        fence: lease.fence,
        owner,
        redriveCount: 0,
      };
      const lines = new JsonLinesWriter(
        of(opened.runs),
        `${runFolder(run)}${documentNames.bigFiles}000000.jsonl`,
      );
      for (const path of paths) await lines.write(await actionFor(partner, path));
      await lines.commit();
      return run;
    },
    async fetch(run, limits = unhurried) {
      let cursor = firstCursor;
      while (!cursor.done) {
        const at = cursor;
        const told = await invoke(limits, (systems) => bigFiles({ run, cursor: at }, systems));
        cursor = told;
        if (told.done) break;
        await limits.beforeSlices?.();
        const waiting = [...(await slicesAt(told.itemsKey))];
        const worker = async () => {
          for (let slice = waiting.shift(); slice !== undefined; slice = waiting.shift()) {
            await fetchSlice(run, slice, limits);
          }
        };
        await Promise.all(Array.from({ length: told.workers }, worker));
      }
      const outcomes: Outcome[] = [];
      for await (const key of keysUnder(of(opened.runs), `${runFolder(run)}${documentNames.outcomes}`)) {
        outcomes.push(...(await Array.fromAsync(readJsonLines(of(opened.runs), key, outcomeSchema))));
      }
      return outcomes;
    },
    async sha256Of(key) {
      const { name, client } = of(opened.inbox);
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }));
      const hash = createHash('sha256');
      if (Body instanceof Readable) await pipeline(Body, hash);
      return hash.digest('hex');
    },
    async openUploads() {
      const { name, client } = of(opened.inbox);
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
      return Uploads.length;
    },
    async slices(run) {
      const found: Slice[] = [];
      for await (const key of keysUnder(of(opened.runs), `${runFolder(run)}${documentNames.slices}`)) {
        found.push(...(await slicesAt(key)));
      }
      return found;
    },
  };
}

/** What PlanRun would write of a new file, with the facts of MLSD. */
async function actionFor({ tree, name }: TestPartner, path: string): Promise<TransferAction> {
  const entry: TreeEntry = await tree.find(Buffer.from(path).toString('latin1'));
  if (entry.kind !== 'file') throw new Error(`${path} is no file`);
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
    takenBefore: undefined,
    attemptsBefore: 0,
  };
}
