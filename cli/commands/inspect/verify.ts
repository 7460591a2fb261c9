import type { FlowId, PartnerId } from '../../../lambdas/contract/ids.ts';
import { differenceKinds } from '../../../lambdas/core/verify/difference.ts';
import { findFlow } from '../../../lambdas/partners/read-partner.ts';
import { countText } from '../../../lambdas/report/amounts.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type FilesPage, pageOptions } from '../../args/files-page.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { followRun } from '../../runs/follow-run.ts';
import { withStage } from '../../stage/with-stage.ts';
import { ProgressDisplay } from '../../text/progress-display.ts';
import { textTable } from '../../text/text-table.ts';
import { Comparison } from '../../verify/comparison.ts';
import { verifyPull } from '../../verify/verify-pull.ts';
import { verifyPush } from '../../verify/verify-push.ts';

export const command: CommandDefinition = {
  usage: 'verify <partner> <flow>',
  summary: 'compare the ledger with the bucket and with the partner',
  description:
    'Compare the ledger with the objects in the bucket and the files at the partner, and show each ' +
    "difference with what mends it. Changes nothing. Exits with 1 where something differs. See 'verify' in " +
    'docs/operating.md for what is compared with what.',
  options: [
    { flags: '--deep', description: 'also read the bytes of all objects, and of the files at the partner' },
    ...pageOptions('differences'),
    ...commonOptions,
  ],
  action: (invocation) =>
    verify(
      { ...invocation.flowName(), deep: invocation.flag('deep'), page: invocation.page() },
      invocation.commonOptions(),
    ),
};

interface VerifyRequest {
  readonly partner: PartnerId;
  readonly flow: FlowId;
  readonly deep: boolean;
  readonly page: FilesPage;
}

async function verify(request: VerifyRequest, options: CommonOptions): Promise<ExitCode> {
  const { partner: id, flow: flowId, deep } = request;
  return withStage(options, `verify ${id} ${flowId}`, async (stage) => {
    const partner = await stage.readPartner(id);
    const flow = findFlow(partner, flowId);
    const display = new ProgressDisplay(options.output, () => performance.now());
    const of = { direction: flow.direction, name: `${id} ${flowId}` };
    const comparison = new Comparison(of, request.page, display);
    const context = { stage, partner, deep, comparison };
    try {
      if (flow.direction === 'pull') {
        const plan = { partner: id, flow: flowId, mode: 'plan', acceptListing: false } as const;
        await verifyPull(context, flow, await followRun(stage, plan, options.output));
      } else {
        await verifyPush(context, flow);
      }
    } finally {
      display.end();
    }
    const { entries, objects, unknown, total, counts, differences } = comparison;
    options.output.json({
      partner: id,
      flow: flowId,
      direction: flow.direction,
      deep,
      entries,
      objects,
      unknown,
      total,
      counts: differenceKinds.map((kind) => ({ kind, files: counts[kind] ?? 0 })),
      differences,
    });
    options.output.text(comparisonText(comparison));
    return total === 0 ? exitCodes.done : exitCodes.someFilesFailed;
  });
}

function comparisonText({ entries, objects, unknown, total, differences }: Comparison): string {
  const rows = differences.map(({ kind, path, found, remedy }) => [kind, path, found, remedy]);
  const table = rows.length === 0 ? '' : textTable(['DIFFERENCE', 'FILE', 'FOUND', 'REMEDY'], rows);
  const left =
    unknown === 0 ? '' : ` ${countText(unknown, 'file')} could not be compared with the partner or by bytes.`;
  const compared = `${countText(entries, 'version')} in the ledger, ${countText(objects, 'object')} in the bucket`;
  return `${table}${compared}: ${countText(total, 'difference')}.${left}\n`;
}
