import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { outcomeSchema } from '../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames } from '../../../lambdas/contract/documents/run-folder.ts';
import { type Batch, type Cursor, firstCursor } from '../../../lambdas/contract/workflow.ts';
import { disposeFiles } from '../../../lambdas/pull/dispose-files/dispose-files.ts';
import { listRemote } from '../../../lambdas/pull/list-remote/list-remote.ts';
import { transferBatch } from '../../../lambdas/pull/transfer-batch/transfer-batch.ts';
import { currentObject } from '../../../lambdas/s3/object-versions.ts';
import type { FtpsServerOptions } from '../../../testing/ftps-server/options.ts';
import { startTestPartner, type TestPartner } from '../../support/partner/test-partner.ts';
import type { PullFixture, TestRun } from './pull-fixture.ts';

/** A partner with a server of its own, from which the steps of a pull transfer `/in` one after the other. */
export class PulledPartner {
  readonly #fixture: PullFixture;
  readonly #partner: TestPartner;

  constructor(fixture: PullFixture, partner: TestPartner) {
    this.#fixture = fixture;
    this.#partner = partner;
  }

  get tree(): TestPartner['tree'] {
    return this.#partner.tree;
  }

  get server(): TestPartner['server'] {
    return this.#partner.server;
  }

  async begin(flow: object = {}): Promise<TestRun> {
    const { connection } = z
      .object({ connection: z.record(z.string(), z.unknown()) })
      .parse(this.#partner.document);
    return await this.#fixture.begin({ connection: { ...connection, timeZone: 'UTC' }, flow: { ...flow } });
  }

  /** Lists, plans, and transfers what the plan says. */
  async transfer(test: TestRun): Promise<void> {
    await this.plan(test);
    await this.transferPlanned(test);
  }

  /** Transfers what an earlier call has planned. */
  async transferPlanned(test: TestRun): Promise<void> {
    const dependencies = this.#fixture.dependencies(test);
    await transferBatch(
      { run: test.run, batch: await this.#batchOf(test), cursor: firstCursor },
      dependencies,
    );
  }

  /** The same, by a worker that dies after it has published the objects and before it records them. */
  async transferWithoutRecord(test: TestRun): Promise<void> {
    await this.plan(test);
    const dependencies = this.#fixture.dependencies(test);
    const { middlewareStack } = dependencies.table.client;
    middlewareStack.add(dieBeforeRecord, { step: 'build', name: 'killed' });
    const batch = await this.#batchOf(test);
    const input = { run: test.run, batch, cursor: firstCursor };
    await transferBatch(input, dependencies).catch(() => undefined);
    middlewareStack.remove('killed');
  }

  async plan(test: TestRun): Promise<void> {
    const dependencies = this.#fixture.dependencies(test);
    for (let cursor: Cursor = firstCursor; !cursor.done; )
      cursor = await listRemote({ run: test.run, cursor }, dependencies);
    await this.#fixture.plan(test);
  }

  async dispose(test: TestRun): Promise<void> {
    for (let cursor: Cursor = firstCursor; !cursor.done; )
      cursor = await disposeFiles({ run: test.run, cursor }, this.#fixture.dependencies(test));
  }

  /** The content of an object; undefined where there is none. */
  async objectText({ partner }: TestRun, path: string): Promise<string | undefined> {
    const { name: Bucket, client } = this.#fixture.inbox;
    const [flow] = partner.flows;
    const get = new GetObjectCommand({ Bucket, Key: `${flow?.prefix}${path}` });
    const { Body } = await client.send(get).catch(() => ({ Body: undefined }));
    return await Body?.transformToString();
  }

  /** The user metadata of an object. */
  async objectMetadata({ partner }: TestRun, path: string): Promise<Readonly<Record<string, string>>> {
    const { name: Bucket, client } = this.#fixture.inbox;
    const [flow] = partner.flows;
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key: `${flow?.prefix}${path}` }));
    return Metadata ?? {};
  }

  /** How the transferred files of a run were verified. */
  async verifications(test: TestRun): Promise<string[]> {
    const outcomes = await this.#fixture.lines(test, documentNames.outcomes, outcomeSchema);
    return outcomes.map((outcome) => (outcome.kind === 'transferred' ? outcome.verification : outcome.kind));
  }

  async #batchOf(test: TestRun): Promise<Batch> {
    const key = `${test.folder}${documentNames.manifest}000000.jsonl`;
    const { sizeBytes: length = 0 } = (await currentObject(this.#fixture.runs, key)) ?? {};
    const files = await this.#fixture.manifest(test);
    return { index: 0, document: 0, offset: 0, length, files: files.length, bytes: 0 };
  }
}

function dieBeforeRecord<Request extends { readonly input: unknown }, Answer>(
  next: (request: Request) => Promise<Answer>,
) {
  return async (request: Request): Promise<Answer> => {
    if (JSON.stringify(request.input).includes('sha256')) throw new Error('killed');
    return await next(request);
  };
}

/** Starts a server with these features; it serves until the end of the test file. */
export async function startPulledPartner(
  fixture: PullFixture,
  features: NonNullable<FtpsServerOptions['features']>,
): Promise<PulledPartner> {
  const partner = await startTestPartner('acme', { flows: { in: {} }, server: { features } });
  return new PulledPartner(fixture, partner);
}
