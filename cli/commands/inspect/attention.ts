import { shownText } from '../../../lambdas/core/path/printable-text.ts';
import { type OpenItem, openIssues } from '../../../lambdas/ledger/alerts/attention.ts';
import { countText } from '../../../lambdas/report/amounts.ts';
import { type FlowChoice, refuseUnknownFlow } from '../../args/chosen-flows.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type FilesPage, pageOptions } from '../../args/files-page.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { type ActiveAlarm, activeAlarms } from '../../stage/active-alarms.ts';
import { type Issue, type NextTry, withNextTries } from '../../stage/next-tries.ts';
import type { Stage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';
import { textTable } from '../../text/text-table.ts';
import { whenText } from '../../text/time-text.ts';

export const command: CommandDefinition = {
  usage: 'attention [partner] [flow]',
  summary: 'list what needs attention: failed files, open issues, active alarms',
  description:
    'List what needs attention, oldest first: files and deliveries whose last attempt failed, and issues ' +
    'that the monitor found. SINCE is the first failure since the last success. Without a partner, also the alarms in ALARM state, which belong to the stage.',
  options: [...pageOptions('issues'), ...commonOptions],
  action: (invocation) =>
    attention({ ...invocation.flowChoice(), page: invocation.page() }, invocation.commonOptions()),
};

/** Shows the open issues also when the role may not read alarms. */
export async function attention(
  request: FlowChoice & { readonly page: FilesPage },
  options: CommonOptions,
): Promise<ExitCode> {
  return withStage(options, 'attention', async (stage) => {
    const alarms = request.partner === undefined ? await readAlarms(stage, options) : undefined;
    const { items: page, total } = await readIssues(stage, request);
    if (total === 0) await refuseUnknownFlow(stage, request);
    const items = await withNextTries(stage, page);
    options.output.json({ total, items, alarms });
    options.output.text(alarmsText(alarms ?? []));
    options.output.text(issuesText(items));
    options.output.text(givenUpText(items));
    const counts = [countText(total, 'open issue')];
    if (alarms !== undefined) counts.push(`${countText(alarms.length, 'alarm')} active`);
    options.output.text(`${counts.join(', ')}.\n`);
    return exitCodes.done;
  });
}

/** Undefined, with a note, when they cannot be read. */
async function readAlarms(
  { name }: Stage,
  { output }: CommonOptions,
): Promise<readonly ActiveAlarm[] | undefined> {
  try {
    return await activeAlarms(name);
  } catch (error) {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    output.note(`Cannot read the alarms: ${cause}. Your role needs cloudwatch:DescribeAlarms.`);
    return undefined;
  }
}

function alarmsText(alarms: readonly ActiveAlarm[]): string {
  if (alarms.length === 0) return '';
  const rows = alarms.map(({ since, name, description }) => [whenText(since), name, description]);
  return `${textTable(['ACTIVE SINCE', 'ALARM', 'IMPACT'], rows)}\n`;
}

function issuesText(issues: readonly Issue[]): string {
  if (issues.length === 0) return '';
  const rows = issues.map(({ at, tries, partner, flow, path, error, message, ...next }) => [
    whenText(at),
    tries === undefined ? '-' : String(tries),
    nextTryText(next),
    `${partner}/${flow}`,
    path,
    error,
    message,
  ]);
  const transcripts = issues.map(({ path, transcript = [] }) => {
    if (transcript.length === 0) return '';
    const lines = transcript.map((line) => `    ${shownText(line)}\n`).join('');
    return `\n${shownText(path)}: end of the FTP session\n${lines}`;
  });
  return (
    textTable(['SINCE', 'TRIES', 'NEXT TRY', 'FLOW', 'SUBJECT', 'ERROR', 'MESSAGE'], rows) +
    transcripts.join('')
  );
}

function nextTryText({ nextTry, nextTryAt, isGivenUp }: NextTry & Pick<Issue, 'isGivenUp'>): string {
  const words = { schedule: '', queue: 'waits in the queue', run: 'next run', resume: 'paused', none: '-' };
  const next = nextTryAt === undefined ? words[nextTry] : whenText(nextTryAt);
  return isGivenUp ? `given up; ${next}` : next;
}

/** The commands that try the deliveries again that were given up. */
function givenUpText(issues: readonly Issue[]): string {
  const flows = new Set(
    issues.flatMap(({ isGivenUp, partner, flow }) => (isGivenUp ? [`${partner} ${flow}`] : [])),
  );
  const lines = [...flows].map((flow) => `  npx ftps-sync run ${flow}\n`);
  return lines.length === 0
    ? ''
    : `Deliveries that were given up are tried again by a run. Once the cause is mended:\n${lines.join('')}`;
}

/** Counts all issues, and holds only those of the page. */
async function readIssues(
  { table }: Stage,
  { partner, flow, page }: FlowChoice & { readonly page: FilesPage },
): Promise<{ readonly items: readonly OpenItem[]; readonly total: number }> {
  const items: OpenItem[] = [];
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
