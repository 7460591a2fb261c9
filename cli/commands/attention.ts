import { type OpenIssue, openIssues } from '../../lambdas/ledger/attention.ts';
import { countText } from '../amounts.ts';
import type { FlowChoice } from '../chosen-flows.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import { type RingingAlarm, ringingAlarms } from '../ringing-alarms.ts';
import type { FilesPage } from '../run-files.ts';
import type { Stage } from '../stage.ts';
import { shownText, textTable } from '../text-table.ts';
import { withStage } from '../with-stage.ts';

/**
 * `attention [PARTNER [FLOW]]`: what is open, the oldest first: files and deliveries whose last try failed, and what the watch found
 * amiss. Where no partner is named also the alarms that ring: they are of the stage.
 */
export async function attention(
  wanted: FlowChoice & { readonly page: FilesPage },
  options: CommonOptions,
): Promise<ExitCode> {
  return withStage(options, 'attention', async (stage) => {
    const alarms = wanted.partner === undefined ? await alarmsOf(stage, options) : undefined;
    const { items, total } = await pageOf(stage, wanted);
    options.output.json({ total, items, alarms });
    options.output.text(alarmsText(alarms ?? []));
    options.output.text(issuesText(items));
    const counts = [countText(total, 'open issue')];
    if (alarms !== undefined) counts.push(`${countText(alarms.length, 'alarm')} ringing`);
    options.output.text(`${counts.join(', ')}.\n`);
    return exitCodes.done;
  });
}

/** Undefined where they cannot be read: what is open is shown all the same. */
async function alarmsOf(
  { name }: Stage,
  { output }: CommonOptions,
): Promise<readonly RingingAlarm[] | undefined> {
  try {
    return await ringingAlarms(name);
  } catch (error) {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    output.note(`The alarms are not shown: ${said}. Your role needs cloudwatch:DescribeAlarms.`);
    return undefined;
  }
}

function alarmsText(alarms: readonly RingingAlarm[]): string {
  if (alarms.length === 0) return '';
  const rows = alarms.map(({ since, name, description }) => [since, name, description]);
  return `${textTable(['RINGS SINCE', 'ALARM', 'WHAT IT MEANS'], rows)}\n`;
}

function issuesText(issues: readonly OpenIssue[]): string {
  if (issues.length === 0) return '';
  const rows = issues.map(({ at, partner, flow, path, fault, message }) => [
    at,
    `${partner}/${flow}`,
    path,
    fault,
    message,
  ]);
  const dialogues = issues.map(({ path, dialogue = [] }) => {
    if (dialogue.length === 0) return '';
    const lines = dialogue.map((line) => `    ${shownText(line)}\n`).join('');
    return `\n${shownText(path)}: what was said last\n${lines}`;
  });
  return textTable(['SINCE', 'FLOW', 'WHAT', 'FAULT', 'WHAT HAPPENED'], rows) + dialogues.join('');
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
