import type { FlowId, PartnerId } from '../../lambdas/contract/ids.ts';
import { flowOf } from '../../lambdas/partners/read-partner.ts';
import { bytesText, countText } from '../amounts.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { bucketOf, type FlowObject, flowObjects } from '../flow-objects.ts';
import type { CommonOptions } from '../options.ts';
import { shownText } from '../text-table.ts';
import { withStage } from '../with-stage.ts';

/** `ls PARTNER FLOW`: the objects under the flow's prefix. Lines are written as they come, so a million cost no memory. */
export async function ls(
  wanted: { readonly partner: PartnerId; readonly flow: FlowId },
  options: CommonOptions,
): Promise<ExitCode> {
  return withStage(options, `ls ${wanted.partner} ${wanted.flow}`, async (stage) => {
    const flow = flowOf(await stage.readPartner(wanted.partner), wanted.flow);
    const { prefix } = flow;
    const bucket = bucketOf(stage, flow);
    const objects: FlowObject[] = [];
    const totals = { files: 0, bytes: 0 };
    for await (const object of flowObjects(bucket, prefix)) {
      totals.files += 1;
      totals.bytes += object.sizeBytes;
      if (options.output.mode === 'json') objects.push(object);
      options.output.text(
        `${object.modified}  ${bytesText(object.sizeBytes).padStart(9)}  ${shownText(object.path)}\n`,
      );
    }
    options.output.json({ bucket: bucket.name, prefix, ...totals, objects });
    options.output.text(`${countText(totals.files, 'object')}, ${bytesText(totals.bytes)} under ${prefix}\n`);
    return exitCodes.done;
  });
}
