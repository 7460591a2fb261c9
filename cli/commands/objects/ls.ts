import type { FlowId, PartnerId } from '../../../lambdas/contract/ids.ts';
import { shownText } from '../../../lambdas/core/path/printable-text.ts';
import { findFlow } from '../../../lambdas/partners/read-partner.ts';
import { bytesText, countText } from '../../../lambdas/report/amounts.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { type FlowObject, flowBucket, flowObjects } from '../../stage/flow-objects.ts';
import { withStage } from '../../stage/with-stage.ts';
import { padColumns } from '../../text/screen.ts';
import { whenText } from '../../text/time-text.ts';

export const command: CommandDefinition = {
  usage: 'ls <partner> <flow>',
  summary: "list the objects under a flow's prefix",
  options: commonOptions,
  action: (invocation) => ls(invocation.flowName(), invocation.commonOptions()),
};

/** Prints each object as it is listed, so that memory does not grow with their number. */
async function ls(
  wanted: { readonly partner: PartnerId; readonly flow: FlowId },
  options: CommonOptions,
): Promise<ExitCode> {
  return withStage(options, `ls ${wanted.partner} ${wanted.flow}`, async (stage) => {
    const flow = findFlow(await stage.readPartner(wanted.partner), wanted.flow);
    const { prefix } = flow;
    const bucket = flowBucket(stage, flow);
    const objects: FlowObject[] = [];
    const totals = { files: 0, bytes: 0 };
    for await (const object of flowObjects(bucket, prefix)) {
      if (!options.output.isRead()) break;
      totals.files += 1;
      totals.bytes += object.sizeBytes;
      if (options.output.mode === 'json') objects.push(object);
      options.output.text(
        `${padColumns(whenText(object.modified), 24)}  ${bytesText(object.sizeBytes).padStart(9)}  ${shownText(object.path)}\n`,
      );
    }
    options.output.json({ bucket: bucket.name, prefix, ...totals, objects });
    options.output.text(`${countText(totals.files, 'object')}, ${bytesText(totals.bytes)} under ${prefix}\n`);
    return exitCodes.done;
  });
}
