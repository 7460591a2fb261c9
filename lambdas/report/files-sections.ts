import type { FailedFile, ReasonedFile, ReportDetails } from '../contract/documents/full-report.ts';
import { bytesText, countText, durationText, numberText } from './amounts.ts';
import { type Html, html } from './html.ts';
import { reasonLabel } from './labels.ts';
import { type Column, section, table } from './section.ts';

const fileColumn: Column = { title: 'File', kind: 'text' };
const sizeColumn: Column = { title: 'Size', kind: 'number' };
const reasonColumn: Column = { title: 'Reason', kind: 'text' };

/**
 * The failed files, each with its error and the FTPS transcript.
 * @param failed the count of all failed files; the report names only the first ones.
 */
export function failedSection(
  { failedFiles, failed: byError }: ReportDetails,
  failed: number,
): Html | undefined {
  if (failed === 0) return undefined;
  const counted = Object.entries(byError).map(([error, count]) => `${error} ${numberText(count)}`);
  const caption = [listCaption(failedFiles, failed), counted.join(', ')]
    .filter((part) => part !== '')
    .join(' ');
  const rows = failedFiles.map((each) => [each.path, errorCell(each)]);
  return section('failed', 'Failed files', [
    failedFiles.length === 0
      ? html`<p>${countText(failed, 'file')} had no outcome: their worker failed. The next run transfers them.</p>`
      : table(caption, [fileColumn, { title: 'What happened', kind: 'text' }], rows),
  ]);
}

function errorCell({ error, message, sizeBytes, failedBefore, transcript }: FailedFile): Html {
  const facts = [
    sizeBytes === undefined ? undefined : bytesText(sizeBytes),
    failedBefore ? 'failed in the previous run too' : undefined,
  ];
  const known = facts.filter((fact) => fact !== undefined);
  return html`<code>${error}</code>${known.length === 0 ? '' : ` (${known.join(', ')})`}<br>${message}${
    transcript.length === 0
      ? undefined
      : html`<details><summary>FTPS transcript</summary><pre>${transcript.map(
          (line) => html`${line}
`,
        )}</pre></details>`
  }`;
}

/** The files and directories that were held, refused, not disposed of, or not read, each with its reason. */
export function notMovedSections(details: ReportDetails): readonly (Html | undefined)[] {
  const { held, heldFiles, refused, refusedFiles, notDisposedFiles, unreadDirectories } = details;
  return [
    listSection('held', 'Held files', { counts: held, files: heldFiles }),
    listSection('refused', 'Refused files', { counts: refused, files: refusedFiles }),
    listSection('not-disposed', 'Not deleted or moved at the partner', {
      counts: {},
      files: notDisposedFiles,
    }),
    listSection('unread', 'Directories that were not listed completely', {
      counts: {},
      files: unreadDirectories,
    }),
  ];
}

function listSection(
  id: string,
  title: string,
  {
    counts,
    files,
  }: { readonly counts: Readonly<Record<string, number>>; readonly files: readonly ReasonedFile[] },
): Html | undefined {
  const reasons = Object.entries(counts);
  const sum = reasons.reduce((all, [, count]) => all + count, 0);
  if (sum === 0 && files.length === 0) return undefined;
  const byReason = reasons.map(
    ([reason, count]) => html`<li>${numberText(count)}: ${reasonLabel(reason)}</li>`,
  );
  const hasSizes = files.some(({ sizeBytes }) => sizeBytes !== undefined);
  const columns = hasSizes ? [fileColumn, reasonColumn, sizeColumn] : [fileColumn, reasonColumn];
  const rows = files.map(({ path, sizeBytes, reason }) => [
    path,
    reasonLabel(reason),
    ...(hasSizes ? [sizeBytes === undefined ? '' : bytesText(sizeBytes)] : []),
  ]);
  return section(id, title, [
    byReason.length === 0 ? undefined : html`<ul>${byReason}</ul>`,
    rows.length === 0 ? undefined : table(listCaption(files, sum), columns, rows),
  ]);
}

export function slowestSection({ slowestFiles }: ReportDetails): Html | undefined {
  if (slowestFiles.length === 0) return undefined;
  const rows = slowestFiles.map(({ path, sizeBytes, seconds }) => [
    path,
    bytesText(sizeBytes),
    durationText(seconds),
    seconds > 0 ? `${bytesText(sizeBytes / seconds)}/s` : '',
  ]);
  const caption = 'Measured from the first command about a file until it was recorded.';
  return section('slowest', 'Slowest files', [
    table(
      caption,
      [fileColumn, sizeColumn, { title: 'Duration', kind: 'number' }, { title: 'Rate', kind: 'number' }],
      rows,
    ),
  ]);
}

/** How many files needed no transfer, by reason. */
export function skippedSection({ skipped }: ReportDetails): Html | undefined {
  const rows = Object.entries(skipped).map(([reason, count]) => [reasonLabel(reason), numberText(count)]);
  if (rows.length === 0) return undefined;
  return section('skipped', 'Skipped files', [
    table('Files that need no transfer.', [reasonColumn, { title: 'Files', kind: 'number' }], rows),
  ]);
}

function listCaption(files: readonly unknown[], sum: number): string {
  return sum > files.length
    ? `The first ${numberText(files.length)} of ${numberText(sum)}.`
    : `${countText(Math.max(sum, files.length), 'name')}.`;
}
