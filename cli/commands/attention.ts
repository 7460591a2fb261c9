import { type OpenIssue, openIssues } from '../../lambdas/ledger/attention.ts';
import { countText } from '../amounts.ts';
import type { FlowChoice } from '../chosen-flows.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import type { FilesPage } from '../run-files.ts';
import type { Stage } from '../stage.ts';
import { shownText, textTable } from '../text-table.ts';
import { withStage } from '../with-stage.ts';

/** `attention [PARTNER [FLOW]]`: the files and deliveries whose last try failed, oldest first. */
export async function attention(
  wanted: FlowChoice & { readonly page: FilesPage },
  options: CommonOptions,
): Promise<ExitCode> {
  return withStage(options, 'attention', async (stage) => {
    const { items, total } = await pageOf(stage, wanted);
    options.output.json({ total, items });
    const rows = items.map(({ at, partner, flow, path, fault, message }) => [
      at,
      `${partner}/${flow}`,
      path,
      fault,
      message,
    ]);
    if (rows.length > 0)
      options.output.text(textTable(['SINCE', 'FLOW', 'FILE', 'FAULT', 'WHAT HAPPENED'], rows));
    for (const { path, dialogue = [] } of items) {
      if (dialogue.length === 0) continue;
      const lines = dialogue.map((line) => `    ${shownText(line)}\n`).join('');
      options.output.text(`\n${shownText(path)}: what was said last\n${lines}`);
    }
    options.output.text(`${countText(total, 'file')} in need of attention.\n`);
    return exitCodes.done;
  });
}

/** Holds what it shows; what is counted is not kept. */
async function pageOf(
  { table }: Stage,
  { partner, flow, page }: FlowChoice & { readonly page: FilesPage },
): Promise<{ readonly items: readonly OpenIssue[]; readonly total: number }> {
  const items: OpenIssue[] = [];
  let total = 0;
  for await (const issue of openIssues(table)) {
    const isWanted =
      (partner === undefined || issue.partner === partner) && (flow === undefined || issue.flow === flow);
    if (!isWanted) continue;
    if (total >= page.offset && items.length < page.limit) items.push(issue);
    total += 1;
  }
  return { items, total };
}
