import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { planPush, runPush } from '../../../cli/commands/push.ts';
import type { ExitCode } from '../../../cli/exit-code.ts';
import type { Output } from '../../../cli/output.ts';
import { type OpenIssue, openIssues } from '../../../lambdas/ledger/attention.ts';
import { readDelivery } from '../../../lambdas/ledger/delivery-entries.ts';
import { pushFlowOf } from '../../../lambdas/partners/read-partner.ts';
import type { DeliveryRecord } from '../../../lambdas/sync/delivery-record.ts';
import { type PushDocument, pushDocumentSchema } from './push-document.ts';
import { StageFlow, shortOutcome, silentOutput } from './stage-flow.ts';

/** What `run` or `plan` of a push flow ends with and prints with --json. */
export interface PushEnding {
  readonly exitCode: ExitCode;
  readonly document: PushDocument;
  /** By path at the partner, or key where there is none: the outcome, and the first word of why. */
  readonly outcomes: Readonly<Record<string, string>>;
}

/** One push flow of a test stage: objects are put under its prefix, and what became of them is looked at. */
export class TestPush extends StageFlow {
  /** Puts an object below the prefix; its event is on the bus when this returns. @returns its version. */
  async put(path: string, content: string | Buffer): Promise<string> {
    const { client, name } = this.stage.outbox;
    const { VersionId = '' } = await client.send(
      new PutObjectCommand({ Bucket: name, Key: this.prefix + path, Body: Buffer.from(content) }),
    );
    return VersionId;
  }

  /** Puts a delete marker on the object, or takes one version away for good. */
  async delete(path: string, VersionId?: string): Promise<void> {
    const { client, name } = this.stage.outbox;
    const version = VersionId === undefined ? {} : { VersionId };
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: this.prefix + path, ...version }));
  }

  /** The ledger's record of an object. */
  record(relativePath: string): Promise<DeliveryRecord> {
    const flowName = { partner: this.partner, flow: this.flow };
    return readDelivery(this.stage.table, { flowName, relativePath });
  }

  /** What the ledger says needs a person, by path below the prefix: the fault. */
  async attention(): Promise<Readonly<Record<string, string>>> {
    const issues = await this.issues();
    return Object.fromEntries(issues.map(({ path, fault }) => [path, fault]));
  }

  async issues(): Promise<readonly OpenIssue[]> {
    const all = await Array.fromAsync(openIssues(this.stage.table));
    return all.filter(({ partner, flow }) => partner === this.partner && flow === this.flow);
  }

  run(): Promise<PushEnding> {
    return this.#end(runPush);
  }

  plan(): Promise<PushEnding> {
    return this.#end(planPush);
  }

  async #end(command: typeof runPush): Promise<PushEnding> {
    const partner = await this.stage.readPartner(this.partner);
    const flow = pushFlowOf(partner, this.flow);
    const documents: unknown[] = [];
    const output: Output = { ...silentOutput, mode: 'json', json: (document) => documents.push(document) };
    const page = { offset: 0, limit: 10_000 };
    const exitCode = await command(this.stage, { partner, flow }, page, { output });
    // What is printed is what survives JSON.
    const document = pushDocumentSchema.parse(JSON.parse(JSON.stringify(documents[0])));
    const outcomes = document.files.map((file) => [file.path, shortOutcome(file)]);
    return { exitCode, document, outcomes: Object.fromEntries(outcomes) };
  }
}
