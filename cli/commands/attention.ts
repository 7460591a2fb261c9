import { openIssues } from '../../lambdas/ledger/attention.ts';
import { countText } from '../amounts.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import { textTable } from '../text-table.ts';
import { withStage } from '../with-stage.ts';

/** `attention [PARTNER [FLOW]]`: the files and deliveries whose last try failed, oldest first. */
export async function attention(
  wanted: { readonly partner: string | undefined; readonly flow: string | undefined },
  options: CommonOptions,
): Promise<ExitCode> {
  return withStage(options, 'attention', async (stage) => {
    const all = await Array.fromAsync(openIssues(stage.table));
    const items = all.filter(
      ({ partner, flow }) =>
        (wanted.partner === undefined || partner === wanted.partner) &&
        (wanted.flow === undefined || flow === wanted.flow),
    );
    options.output.json({ items });
    const rows = items.map(({ at, partner, flow, path, fault, message }) => [
      at,
      `${partner}/${flow}`,
      path,
      fault,
      message,
    ]);
    if (rows.length > 0)
      options.output.text(textTable(['SINCE', 'FLOW', 'FILE', 'FAULT', 'WHAT HAPPENED'], rows));
    options.output.text(`${countText(items.length, 'file')} in need of attention.\n`);
    return exitCodes.done;
  });
}
