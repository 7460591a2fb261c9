import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { planPush, runPush } from '../../../cli/deliveries/run-push.ts';
import type { ExitCode } from '../../../cli/exit-code.ts';
import type { Output } from '../../../cli/text/output.ts';
import type { DeliveryRecord } from '../../../lambdas/core/delivery/delivery-record.ts';
import { parseRelativePath } from '../../../lambdas/core/path/relative-path.ts';
import { type OpenItem, openIssues } from '../../../lambdas/ledger/alerts/attention.ts';
import { readDelivery } from '../../../lambdas/ledger/entries/delivery-entries.ts';
import { findPushFlow } from '../../../lambdas/partners/read-partner.ts';
import { type PushDocument, pushDocumentSchema } from './push-document.ts';
import { StageFlow, shortOutcome, silentOutput } from './stage-flow.ts';

/** The result of `run --json` or `plan --json` of a push flow. */
export interface PushResult {
  readonly exitCode: ExitCode;
  readonly document: PushDocument;
  /** By path at the partner, or by key if it has none: the outcome, and the code of the reason. */
  readonly outcomes: Readonly<Record<string, string>>;
}

/** A push flow of a test stage: puts objects under its prefix and reads the results. */
export class TestPush extends StageFlow {
  /** Puts an object below the prefix. @returns its version, when its event is on the bus. */
  async put(path: string, content: string | Buffer): Promise<string> {
    const { client, name } = this.stage.outbox;
    const { VersionId = '' } = await client.send(
      new PutObjectCommand({ Bucket: name, Key: this.prefix + path, Body: Buffer.from(content) }),
    );
    return VersionId;
  }

  /** Puts a delete marker on the object, or permanently deletes a version. */
  async delete(path: string, VersionId?: string): Promise<void> {
    const { client, name } = this.stage.outbox;
    const version = VersionId === undefined ? {} : { VersionId };
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: this.prefix + path, ...version }));
  }

  /** The ledger's record of an object. */
  record(relativePath: string): Promise<DeliveryRecord> {
    const flowName = { partner: this.partner, flow: this.flow };
    return readDelivery(this.stage.table, { flowName, relativePath: parseRelativePath(relativePath) });
  }

  /** The errors of the flow's open issues, by path below the prefix. */
  async attention(): Promise<Readonly<Record<string, string>>> {
    const issues = await this.issues();
    return Object.fromEntries(issues.map(({ path, error }) => [path, error]));
  }

  async issues(): Promise<readonly OpenItem[]> {
    const all = await Array.fromAsync(openIssues(this.stage.table));
    return all.filter(({ partner, flow }) => partner === this.partner && flow === this.flow);
  }

  run(): Promise<PushResult> {
    return this.#end(runPush);
  }

  plan(): Promise<PushResult> {
    return this.#end(planPush);
  }

  async #end(command: typeof runPush): Promise<PushResult> {
    const partner = await this.stage.readPartner(this.partner);
    const flow = findPushFlow(partner, this.flow);
    const documents: unknown[] = [];
    const output: Output = { ...silentOutput, mode: 'json', json: (document) => documents.push(document) };
    const page = { offset: 0, limit: 10_000 };
    const exitCode = await command(this.stage, { partner, flow }, page, { output });
    // Like the printed document: only what survives JSON.
    const document = pushDocumentSchema.parse(JSON.parse(JSON.stringify(documents[0])));
    const outcomes = document.files.map((file) => [file.path, shortOutcome(file)]);
    return { exitCode, document, outcomes: Object.fromEntries(outcomes) };
  }
}
