import type { FailedFile, NamedFile, ReportDetails } from '../contract/report.ts';
import { bytesText, countText, durationText, numberText } from './amounts.ts';
import { type Html, html } from './html.ts';
import { type Column, section, table } from './section.ts';
import { reasonText } from './words.ts';

const file: Column = { title: 'File', kind: 'text' };
const size: Column = { title: 'Size', kind: 'number' };
const why: Column = { title: 'Why', kind: 'text' };

/** The files that failed, each with what happened and what was said about it. @param failed how many there are in all. */
export function failedSection(
  { failedFiles, failed: byFault }: ReportDetails,
  failed: number,
): Html | undefined {
  if (failed === 0) return undefined;
  const counted = Object.entries(byFault).map(([fault, count]) => `${fault} ${numberText(count)}`);
  const caption = [shownOf(failedFiles, failed), counted.join(', ')].filter((part) => part !== '').join(' ');
  const rows = failedFiles.map((each) => [each.path, whatHappened(each)]);
  return section('failed', 'Failed files', [
    failedFiles.length === 0
      ? html`<p>${countText(failed, 'file')} had no outcome: the worker that had them gave up. The next run takes them.</p>`
      : table(caption, [file, { title: 'What happened', kind: 'text' }], rows),
  ]);
}

function whatHappened({ fault, message, sizeBytes, failedBefore, dialogue }: FailedFile): Html {
  const facts = [
    sizeBytes === undefined ? undefined : bytesText(sizeBytes),
    failedBefore ? 'failed in the last run too' : undefined,
  ];
  const known = facts.filter((fact) => fact !== undefined);
  return html`<code>${fault}</code>${known.length === 0 ? '' : ` (${known.join(', ')})`}<br>${message}${
    dialogue.length === 0
      ? undefined
      : html`<details><summary>What was said</summary><pre>${dialogue.map(
          (line) => html`${line}
`,
        )}</pre></details>`
  }`;
}

/** What was not moved, and why: held, refused, not cleared, not read. */
export function notMovedSections(details: ReportDetails): readonly (Html | undefined)[] {
  const { held, heldFiles, refused, refusedFiles, notClearedFiles, unreadDirectories } = details;
  return [
    listSection('held', 'Held, and why', { counts: held, files: heldFiles }),
    listSection('refused', 'Refused, and why', { counts: refused, files: refusedFiles }),
    listSection('not-cleared', 'Still at the partner', { counts: {}, files: notClearedFiles }),
    listSection('unread', 'Directories that could not be read whole', {
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
  }: { readonly counts: Readonly<Record<string, number>>; readonly files: readonly NamedFile[] },
): Html | undefined {
  const reasons = Object.entries(counts);
  const sum = reasons.reduce((all, [, count]) => all + count, 0);
  if (sum === 0 && files.length === 0) return undefined;
  const byReason = reasons.map(
    ([reason, count]) => html`<li>${numberText(count)}: ${reasonText(reason)}</li>`,
  );
  const hasSizes = files.some(({ sizeBytes }) => sizeBytes !== undefined);
  const columns = hasSizes ? [file, why, size] : [file, why];
  const rows = files.map(({ path, sizeBytes, reason }) => [
    path,
    reasonText(reason),
    ...(hasSizes ? [sizeBytes === undefined ? '' : bytesText(sizeBytes)] : []),
  ]);
  return section(id, title, [
    byReason.length === 0 ? undefined : html`<ul>${byReason}</ul>`,
    rows.length === 0 ? undefined : table(shownOf(files, sum), columns, rows),
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
  const caption = 'From the first command about a file until it was recorded.';
  return section('slowest', 'Slowest files', [
    table(caption, [file, size, { title: 'Took', kind: 'number' }, { title: 'Rate', kind: 'number' }], rows),
  ]);
}

/** Files that were left where they were on purpose, by reason. */
export function skippedSection({ skipped }: ReportDetails): Html | undefined {
  const rows = Object.entries(skipped).map(([reason, count]) => [reasonText(reason), numberText(count)]);
  if (rows.length === 0) return undefined;
  return section('skipped', 'Skipped, and why', [
    table('Files that are as they should be.', [why, { title: 'Files', kind: 'number' }], rows),
  ]);
}

function shownOf(files: readonly unknown[], sum: number): string {
  return sum > files.length
    ? `The first ${numberText(files.length)} of ${numberText(sum)}.`
    : `${countText(Math.max(sum, files.length), 'name')}.`;
}
