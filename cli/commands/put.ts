import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FlowId, PartnerId } from '../../lambdas/contract/ids.ts';
import { pushFlowOf } from '../../lambdas/partners/read-partner.ts';
import { deliveryRules } from '../../lambdas/push/delivery-rules.ts';
import { MemoryBudget } from '../../lambdas/s3/memory-budget.ts';
import { ObjectWriter } from '../../lambdas/s3/object-writer.ts';
import { deliveryPaths } from '../../lambdas/sync/delivery-path.ts';
import type { ObjectKey } from '../../lambdas/sync/object-key.ts';
import { bytesText } from '../amounts.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import { withStage } from '../with-stage.ts';

export interface PutWanted {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly file: string;
  /** Below the flow's prefix; undefined: the file's own name. */
  readonly path: string | undefined;
}

const budgetBytes = 64 * 1024 * 1024;

/** `put PARTNER FLOW FILE [PATH]`: a file as an object under the flow's prefix, from where it is pushed. */
export async function put(wanted: PutWanted, options: CommonOptions): Promise<ExitCode> {
  const sizeBytes = await sizeOfFile(wanted.file);
  return withStage(options, `put ${wanted.partner} ${wanted.flow}`, async (stage) => {
    const flow = pushFlowOf(await stage.readPartner(wanted.partner), wanted.flow);
    const key = `${flow.prefix}${wanted.path ?? basename(wanted.file)}`;
    const paths = deliveryPaths(deliveryRules(flow), { key, versionId: '' });
    if (typeof paths === 'string') {
      throw new CommandFault(
        exitCodes.usage,
        `${key} has no place at the partner: ${paths}. Name another PATH.`,
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

async function sizeOfFile(file: string): Promise<number> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new CommandFault(exitCodes.usage, `There is no file ${file} that can be read.`, { cause });
  });
  if (!found.isFile())
    throw new CommandFault(exitCodes.usage, `${file} is no file. 'put' takes one file at a time.`);
  return found.size;
}
