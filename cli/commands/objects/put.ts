import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FlowId, PartnerId } from '../../../lambdas/contract/ids.ts';
import { deliveryPaths } from '../../../lambdas/core/delivery/delivery-path.ts';
import type { ObjectKey } from '../../../lambdas/core/path/object-key.ts';
import { findPushFlow } from '../../../lambdas/partners/read-partner.ts';
import { bytesText } from '../../../lambdas/report/amounts.ts';
import { MemoryBudget } from '../../../lambdas/s3/upload/memory-budget.ts';
import { ObjectWriter } from '../../../lambdas/s3/upload/object-writer.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { CommandError, type ExitCode, exitCodes } from '../../exit-code.ts';
import { withStage } from '../../stage/with-stage.ts';

export const command: CommandDefinition = {
  usage: 'put <partner> <flow> <file> [path]',
  summary: 'upload a file to the outbox for delivery',
  description:
    "Upload a file to the outbox under the flow's prefix, from where it is delivered to the partner. " +
    'Without a path, the object has the name of the file.',
  options: commonOptions,
  action: (invocation) => {
    const [, , file = '', path] = invocation.args;
    return put({ ...invocation.flowName(), file, path }, invocation.commonOptions());
  },
};

interface PutRequest {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly file: string;
  /** Below the flow's prefix; undefined: the name of the file. */
  readonly path: string | undefined;
}

/** For the parts that are held until S3 has them. */
const budgetBytes = 64 * 1024 * 1024;

async function put(wanted: PutRequest, options: CommonOptions): Promise<ExitCode> {
  const sizeBytes = await readFileSize(wanted.file);
  return withStage(options, `put ${wanted.partner} ${wanted.flow}`, async (stage) => {
    const flow = findPushFlow(await stage.readPartner(wanted.partner), wanted.flow);
    const key = `${flow.prefix}${wanted.path ?? basename(wanted.file)}`;
    const paths = deliveryPaths(flow, { key, versionId: '' });
    if (typeof paths === 'string') {
      throw new CommandError(
        exitCodes.usage,
        `${key} has no valid remote path: ${paths} (docs/partners.md). Choose another PATH.`,
      );
    }
    const writer = new ObjectWriter({
      bucket: stage.outbox,
      key: key as ObjectKey,
      expectedBytes: sizeBytes,
      metadata: {},
      precondition: { kind: 'any' },
      budget: new MemoryBudget(budgetBytes),
    });
    try {
      for await (const chunk of createReadStream(wanted.file)) await writer.write(chunk);
      const { versionId, sha256 } = await writer.commit();
      options.output.json({
        bucket: stage.outbox.name,
        key,
        versionId,
        sizeBytes,
        sha256,
        target: paths.target,
      });
      options.output.text(`${key}  ${bytesText(sizeBytes)}, to be delivered as ${paths.target}\n`);
      return exitCodes.done;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  });
}

async function readFileSize(file: string): Promise<number> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new CommandError(exitCodes.usage, `Cannot read the file ${file}.`, { cause });
  });
  if (!found.isFile())
    throw new CommandError(exitCodes.usage, `${file} is not a file. 'put' uploads one file at a time.`);
  return found.size;
}
