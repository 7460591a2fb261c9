import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { listingSummarySchema } from '../../../../lambdas/contract/documents/listing-documents.ts';
import { runFolder } from '../../../../lambdas/contract/documents/run-folder.ts';
import { flowIdSchema } from '../../../../lambdas/contract/ids.ts';
import {
  type PartnerFile,
  partnerFileSchema,
} from '../../../../lambdas/contract/partner-file/partner-file.ts';
import { type Cursor, firstCursor, type Run } from '../../../../lambdas/contract/workflow.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { takeLease } from '../../../../lambdas/ledger/runs/lease.ts';
import { listRemote } from '../../../../lambdas/pull/list-remote/list-remote.ts';
import { sortedListing } from '../../../../lambdas/pull/plan-run/sorted-listing.ts';
import type { Bucket } from '../../../../lambdas/s3/bucket.ts';
import { getJson } from '../../../../lambdas/s3/documents/documents.ts';
import {
  startTestPartner,
  type TestPartner,
  testPassword,
  testUser,
} from '../../../support/partner/test-partner.ts';
import { connectionDependencies } from '../../../support/test-connections.ts';
import { runOf, useTable } from '../../ledger/test-table.ts';
import { useRunsBucket } from '../use-runs-bucket.ts';

const ledger = useTable();
const bucket = useRunsBucket();
const remote = parseRemotePath('/files');

let acme: TestPartner;
let file: PartnerFile;
let minutes = 0;

beforeAll(async () => {
  acme = await startTestPartner('acme', {
    server: { features: { mlsd: false } },
    connection: { maxConnections: 2 },
  });
  file = partnerFileSchema.parse(acme.document);
});

/** A run of its own that holds the lease of the flow. */
async function newRun(): Promise<Run> {
  minutes += 1;
  const flowName = { partner: file.partner, flow: flowIdSchema.parse('files') };
  const now = new Date();
  const owner = 'the test';
  const lease = await takeLease(ledger.table, { flowName, owner, now, deadOwner: owner });
  if (lease.kind !== 'taken') throw new Error('The lease is not free');
  return runOf(flowName, minutes, { owner, fence: lease.fence });
}

interface Invocation {
  /** Its end is near when the server was asked for so many directories; never unless told. */
  readonly directories?: number;
  readonly runs?: Bucket;
}

async function invoke(run: Run, cursor: Cursor, { directories = Infinity, runs }: Invocation = {}) {
  const listed = () => acme.server.log.filter(({ command }) => command === 'LIST').length;
  const listedBefore = listed();
  const totalMs = 900_000;
  const deadline = {
    totalMs,
    remainingMs: () => (listed() - listedBefore < directories ? totalMs : 100_000),
    signal: new AbortController().signal,
    clear: () => undefined,
  };
  const dependencies = connectionDependencies(
    ledger.table,
    { user: testUser, password: testPassword },
    { deadline },
  );
  return await listRemote(
    { run, cursor },
    {
      ...dependencies,
      deadline,
      runs: runs ?? bucket.runs,
      readPartner: async () => file,
    },
  );
}

/** Calls the step until it is done. */
async function listToTheEnd(run: Run, cursor = firstCursor): Promise<Cursor> {
  let at = cursor;
  while (!at.done) at = await invoke(run, at);
  return at;
}

async function listingOf(run: Run) {
  const folder = runFolder(run);
  const summary = await getJson(bucket.runs, `${folder}listing-summary.json`, listingSummarySchema);
  if (summary === undefined) throw new Error('there is no summary');
  const { shards, ...counts } = summary;
  const lines = await Array.fromAsync(sortedListing(bucket.runs, folder, { shards, remote }));
  return { counts, lines };
}

/** A bucket that can be reached only so often, as by a function that is killed then. */
function failingAfter(requests: number): Bucket {
  let sent = 0;
  const { client } = bucket.runs;
  const failing = new Proxy(client, {
    get(target, property) {
      if (property !== 'send') return Reflect.get(target, property);
      return (command: Parameters<typeof client.send>[0]) => {
        sent += 1;
        if (sent > requests) return Promise.reject(new Error('killed'));
        return client.send(command);
      };
    },
  });
  return { name: bucket.runs.name, client: failing };
}

describe('listing the remote directory', () => {
  it('has the same result in many invocations as in one', async () => {
    for (let directory = 0; directory < 6; directory++) {
      for (let name = 0; name < 4; name++) acme.tree.put(`/files/d${directory}/e/f${name}`, {});
    }
    const whole = await newRun();
    await listToTheEnd(whole);
    const pieces = await newRun();

    let cursor = firstCursor;
    while (!cursor.done) cursor = await invoke(pieces, cursor, { directories: 3 });

    expect(cursor.round).toBeGreaterThan(2);
    expect(cursor.next).toBe(13);
    expect(await listingOf(pieces)).toEqual(await listingOf(whole));
  });

  it('has the same result after a round was killed at any request and repeated', async () => {
    const whole = await newRun();
    await listToTheEnd(whole);
    const expected = await listingOf(whole);

    await fc.assert(
      fc.asyncProperty(fc.nat(12), fc.integer({ min: 1, max: 8 }), async (requests, directories) => {
        const run = await newRun();
        const cursor = await invoke(run, firstCursor, { directories });
        const killed = invoke(run, cursor, { runs: failingAfter(requests) });
        await killed.catch(() => undefined);

        await listToTheEnd(run, cursor);

        expect(await listingOf(run)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });

  it('writes skipped entries and refused names too', async () => {
    acme.tree.putLink('/files/b-link', { target: '/etc' }).put(Buffer.from('/files/c\xff', 'latin1'), {});
    acme.tree.put('/files/a', {});
    const run = await newRun();

    await listToTheEnd(run);

    const { lines } = await listingOf(run);
    expect(lines.slice(0, 3)).toMatchObject([
      { kind: 'file', file: { path: '/files/a' } },
      { kind: 'skipped', directory: '/files', entry: { name: 'b-link', kind: 'link' } },
      { kind: 'refused', directory: '/files', name: { shownName: 'c\\xff', error: 'invalid-encoding' } },
    ]);
  });

  it('measures the time zone in the next invocation where it fails in this one', async () => {
    acme.server.fault({ on: 'MDTM', times: 2, do: { kind: 'cut-control', when: 'before' } });
    const run = await newRun();

    const first = await invoke(run, firstCursor);
    const second = await listToTheEnd(run, first);

    expect(first.done).toBe(false);
    expect(second.round).toBeGreaterThan(1);
    expect((await listingOf(run)).counts.zone).toMatchObject({ kind: 'measured', offsets: [0] });
  });

  it('lists a hundred thousand names of one directory', async () => {
    const count = 100_000;
    const baseName = (index: number) => `big-${String(index).padStart(6, '0')}.csv`;
    acme.tree.putGenerated('/files/big', {
      *entries() {
        for (let index = 0; index < count; index++) yield [baseName(index), {}];
      },
      find: () => undefined,
    });
    const run = await newRun();

    await listToTheEnd(run);

    const { counts, lines } = await listingOf(run);
    const big = lines.flatMap((line) =>
      line.kind === 'file' && line.file.path.startsWith('/files/big/') ? [line.file.path] : [],
    );
    acme.tree.delete('/files/big');
    expect(counts.largeDirectories).toEqual([{ directory: '/files/big', lines: count }]);
    expect(big.length).toBe(count);
    expect(big.find((path, index) => path !== `/files/big/${baseName(index)}`)).toBeUndefined();
  });
});
